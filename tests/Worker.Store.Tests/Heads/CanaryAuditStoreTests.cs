using Worker.Store.Heads;

namespace Worker.Store.Tests.Heads;

public class CanaryAuditStoreTests(PostgresServer postgres)
{
    [Theory, EachKind]
    public void The_last_look_at_a_canary_replaces_the_one_before(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "where is my money", "refund", 1), test.Event("2", "win a prize", "spam", 1));
        var (refund, spam, at) = (test.Label("refund").Id, test.Label("spam").Id, test.Clock.GetUtcNow());
        Assert.Empty(test.Store.CanaryAudits.All());
        StoredCanaryAudit[] first =
        [
            new(refund, 2, 40, 3, 5, at.AddHours(1), at),
            new(spam, 7, 0, 0, 0, null, at),
        ];
        test.Store.CanaryAudits.Write(first);
        Assert.Equal(first, first.Select(audit => test.Store.CanaryAudits.All()[audit.Label]));
        var later = new StoredCanaryAudit(refund, 3, 1, 1, 0, null, at.AddHours(2));
        test.Store.CanaryAudits.Write([later]);
        test.Store.CanaryAudits.Write([]);
        Assert.Equal([later, first[1]], test.Store.CanaryAudits.All().Values.OrderBy(audit => audit.Label));
    }
}
