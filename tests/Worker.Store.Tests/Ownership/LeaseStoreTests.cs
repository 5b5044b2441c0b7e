using Worker.Store.Heads;
using Worker.Store.Ownership;
using Worker.Store.Sending;

namespace Worker.Store.Tests.Ownership;

public class LeaseStoreTests(PostgresServer postgres)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory, EachKind]
    public void One_owner_at_a_time_and_the_owner_renews(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var (one, other) = (test.Store.Leases, test.Open().Leases);
        var first = Assert.Single(one.Take(["label/refund"], Minute));
        Assert.Empty(other.Take(["label/refund"], Minute));
        Assert.Equal(first, Assert.Single(one.Take(["label/refund"], Minute)));
        Assert.Single(other.Take(["label/refund", "label/angry"], Minute));
        one.Release([first]);
        Assert.True(Assert.Single(other.Take(["label/refund"], Minute)).Token > first.Token);
    }

    [Theory, EachKind]
    public void A_lease_ends_by_itself_and_who_had_it_writes_nothing_more(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var (one, other) = (test.Store, test.Open());
        test.Record(test.Event("1", "a text", "refund", 1));
        var id = test.Label("refund").Id;
        var late = one.Leases.Take(["label/refund"], Minute);
        test.Clock.Advance(2 * Minute);
        var now = other.Leases.Take(["label/refund"], Minute);
        var record = new OutboxRecord("heads", [1], [2]);
        Assert.Throws<LeaseLostException>(() => one.Heads.Record([Head(id, 1)], [record], [], late));
        Assert.Empty(one.Heads.Of([id]));
        Assert.Empty(one.Outbox.Next(10));
        other.Heads.Record([Head(id, 1)], [record], [], now);
        Assert.Single(one.Heads.Of([id]));
        Assert.Single(one.Outbox.Next(10));
        // Not even when the lease has been given back meanwhile: its token has passed.
        other.Leases.Release(now);
        Assert.Throws<LeaseLostException>(() => one.Heads.Record([Head(id, 2)], [record], [], late));
    }

    [Fact]
    public void Of_many_owners_that_ask_at_once_one_gets_each_label()
    {
        using var test = new TestStore(Kind.Postgres, postgres);
        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"label/{i}")];
        var stores = Enumerable.Range(0, 6).Select(_ => test.Open()).ToArray();
        var taken = new IReadOnlyList<Lease>[stores.Length];
        Parallel.For(0, stores.Length, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i =>
            taken[i] = stores[i].Leases.Take(names, Minute));
        Assert.Equal(names.Order(StringComparer.Ordinal), taken.SelectMany(all => all).Select(lease => lease.Name)
            .Order(StringComparer.Ordinal));
    }

    private static StoredHead Head(long label, int version) =>
        new(label, version, DateTimeOffset.UnixEpoch, HeadState.Promoted, "{}", "{}", [1, 2, 3]);
}
