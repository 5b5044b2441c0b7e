using Worker.Store.Heads;

namespace Worker.Store.Tests.Heads;

public class AuditStoreTests(PostgresServer postgres)
{
    [Theory, EachKind]
    public void The_last_look_at_a_label_replaces_the_one_before(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "where is my money", "refund", 1), test.Event("2", "win a prize", "spam", 1));
        var (refund, spam, at) = (test.Label("refund").Id, test.Label("spam").Id, test.Clock.GetUtcNow());
        Assert.Empty(test.Store.Audits.All());
        StoredAudit[] first =
        [
            new(refund, 1, 100, 3, 0.012, 0.05, null, null, at),
            new(spam, 4, 0, 0, 0, null, null, "both", at),
        ];
        test.Store.Audits.Write(first, []);
        Assert.Equal(first, first.Select(audit => test.Store.Audits.All()[audit.Label]));
        var later = new StoredAudit(refund, 2, 140, 41, 0.2, 0.05, at.AddHours(1), "yes", at.AddHours(2));
        test.Store.Audits.Write([later], [spam]);
        Assert.Equal([later], test.Store.Audits.All().Values);
        test.Store.Audits.Write([], []);
        Assert.Single(test.Store.Audits.All());
    }
}
