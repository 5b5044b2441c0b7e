using Worker.Store.Heads;
using Worker.Store.Ownership;
using Worker.Store.Sending;

namespace Worker.Store.Tests.Heads;

public class HeadStoreTests(PostgresServer postgres)
{
    [Theory, EachKind]
    public void Evidence_is_kept_of_the_head_in_use_and_of_the_last_challenger(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "a text", "refund", 1));
        var id = test.Label("refund").Id;
        var lease = test.Store.Leases.Take(["label/refund"], TimeSpan.FromMinutes(1));
        foreach (var (version, state) in new[]
        {
            (1, HeadState.Promoted), (2, HeadState.Kept), (3, HeadState.Dropped), (4, HeadState.Promoted),
            (5, HeadState.Kept),
        })
            test.Store.Heads.Record(
                [new StoredHead(id, version, test.Clock.GetUtcNow(), state, $"head {version}", "why", [1, 2, 3])], [],
                [], lease);
        var heads = test.Store.Heads.Of([id]);
        Assert.Equal([5, 4, 3, 2, 1], heads.Select(head => head.Version));
        Assert.Equal([true, true, false, false, false], heads.Select(head => head.Evidence is not null));
        Assert.Equal((HeadState.Promoted, "head 4", "why"), (heads[1].State, heads[1].Json, heads[1].Verdict));
        Assert.Equal(test.Clock.GetUtcNow(), heads[1].Made);
    }

    [Theory, EachKind]
    public void A_canary_is_found_until_it_ends_and_ends_once(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "a text", "refund", 1));
        var id = test.Label("refund").Id;
        var lease = test.Store.Leases.Take(["label/refund"], TimeSpan.FromMinutes(1));
        Assert.Empty(test.Store.Heads.Canaries());
        foreach (var (version, state) in new[] { (1, HeadState.Promoted), (2, HeadState.Canary) })
            test.Store.Heads.Record(
                [new StoredHead(id, version, test.Clock.GetUtcNow(), state, $"head {version}", "why", [1, 2, 3])], [],
                [], lease);
        var canary = Assert.Single(test.Store.Heads.Canaries());
        Assert.Equal((id, 2, "head 2", null), (canary.Label, canary.Version, canary.Json, canary.Evidence));
        // The head in use is still compared with others.
        Assert.All(test.Store.Heads.Of([id]), head => Assert.NotNull(head.Evidence));

        // 1. Nothing is written by one whose lease another has.
        OutboxRecord[] sent = [new("heads", [1], [2])];
        var promoted = canary with { State = HeadState.Promoted, Json = "all", Verdict = "it ran" };
        var old = new Lease(lease[0].Name, lease[0].Token - 1);
        Assert.Throws<LeaseLostException>(() => test.Store.Heads.End([promoted], sent, [old]));
        Assert.Single(test.Store.Heads.Canaries());
        Assert.Empty(test.Store.Outbox.Next(10));
        // 2. It takes the place of the one before.
        test.Store.Heads.End([promoted], sent, lease);
        var (last, first) = (test.Store.Heads.Of([id])[0], test.Store.Heads.Of([id])[1]);
        Assert.Equal((HeadState.Promoted, "all", "it ran"), (last.State, last.Json, last.Verdict));
        Assert.Equal((true, false), (last.Evidence is not null, first.Evidence is not null));
        Assert.Single(test.Store.Outbox.Next(10));
        // 3. Once.
        test.Store.Heads.End([canary with { State = HeadState.Dropped }], [], lease);
        Assert.Equal(HeadState.Promoted, test.Store.Heads.Of([id])[0].State);
    }
}
