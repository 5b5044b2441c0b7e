using Worker.Store.Heads;

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
}
