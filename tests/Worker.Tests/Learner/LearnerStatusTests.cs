using Worker.Core.Answers;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;

namespace Worker.Tests.Learner;

public class LearnerStatusTests
{
    [Fact]
    public void The_table_fits_80_columns_and_says_why_a_label_is_not_trained_now()
    {
        using var store = LearningStore.Open(new StoreOptions { Path = ":memory:" }, TimeProvider.System);
        store.Examples.Record(new LabelBatch(
        [
            new LabelEvent
            {
                Id = "1",
                At = new DateTimeOffset(2026, 11, 29, 10, 0, 0, TimeSpan.Zero),
                Text = "a text",
                Answers = [new LabelAnswer("a label with a name that is longer than a column of 日本語", 1)],
            },
        ], []));
        var status = LearnerStatus.Read(store, new LearnSection(), TimeProvider.System.GetUtcNow());
        using var table = new StringWriter();
        status.WriteTable(table, store.Description);
        var lines = table.ToString().TrimEnd().Split('\n');
        Assert.All(lines, line => Assert.InRange(Worker.Terminal.TextColumns.Width(line), 0, 79));
        Assert.Equal("    next training: 1 yes and 0 no: a head takes 5 of each", lines[^1]);
        using var plain = new StringWriter();
        status.WritePlain(plain);
        Assert.Equal(22, plain.ToString().Split('\t').Length);
    }

    [Fact]
    public void It_says_how_the_head_in_use_fares_in_the_audit()
    {
        using var store = LearningStore.Open(new StoreOptions { Path = ":memory:" }, TimeProvider.System);
        var at = new DateTimeOffset(2026, 11, 29, 10, 0, 0, TimeSpan.Zero);
        store.Examples.Record(new LabelBatch([.. Enumerable.Range(0, 12).Select(number => new LabelEvent
        {
            Id = $"{number}",
            At = at,
            Text = $"{Words.Of(number)} {Words.Of(number + 40)}",
            Answers = [new LabelAnswer("refund", number % 2)],
        })], []));
        var label = Assert.Single(store.Examples.Labels()).Id;
        Assert.Null(Assert.Single(Read()).Audit);
        store.Audits.Write([new StoredAudit(label, 3, 0, 0, 0, null, null, null, at)], []);
        Assert.Equal("audit of v3: no answers yet", Assert.Single(Read()).Audit!.Words);
        // Trained before, so that the alarm is a reason to train again, as for the learner.
        store.Heads.Record([], [], [(label, 0)], store.Leases.Take(["label/refund"], TimeSpan.FromMinutes(1)));
        var since = TimeProvider.System.GetUtcNow().AddMinutes(1);
        store.Audits.Write([new StoredAudit(label, 3, 340, 31, 0.0412, 0.035, since, "yes", at)], []);
        var status = Assert.Single(Read());
        Assert.Equal(
            "audit of v3: wrong in 31 of 340 texts, so in at least 4.1%; promised at most 3.5%; ALARM since " +
            $"{since:yyyy-MM-dd HH:mm} UTC; its certificate of yes was taken back", status.Audit!.Words);
        Assert.True(status.Due);
        Assert.Contains("errs more in the audit", status.Next, StringComparison.Ordinal);
        using var json = new StringWriter();
        new LearnerStatus([status]).WriteJson(json);
        using var read = System.Text.Json.JsonDocument.Parse(json.ToString());
        var audit = read.RootElement.GetProperty("audit");
        Assert.Equal((31, 0.0412, "yes"), (audit.GetProperty("errors").GetInt32(),
            audit.GetProperty("lower").GetDouble(), audit.GetProperty("withdrawn").GetString()));
        store.Audits.Write([], [label]);
        Assert.Null(Assert.Single(Read()).Audit);

        IReadOnlyList<LabelStatus> Read() =>
            LearnerStatus.Read(store, new LearnSection { Answers = 1000 }, at).Labels;
    }

    [Fact]
    public void It_says_of_a_canary_what_is_known_of_it()
    {
        var (at, made) = (new DateTimeOffset(2026, 11, 30, 11, 0, 0, TimeSpan.Zero), new RunningCanary(
            new StoredHead(1, 2, default, HeadState.Canary, "", "", null), Heads.MadeTopic.Head("refund", 2),
            new VerdictRecord("canary", "", null, []) { Canary = new CanaryWords(0.1, 1, null, null) }));
        Says("no learner has looked at it yet", null);
        // Of the canary before it.
        Says("no learner has looked at it yet", new StoredCanaryAudit(1, 1, 40, 3, 5, at, at));
        Says(
            "no audited answers yet; it is not on the heads topic yet",
            new StoredCanaryAudit(1, 2, 0, 0, 0, null, at));
        Says(
            "of 40 audited texts it was wrong in 3, v1 in 5; decides all from 2026-11-30 11:00 UTC on, unless it is " +
            "shown to be worse", new StoredCanaryAudit(1, 2, 40, 3, 5, at, at));

        void Says(string words, StoredCanaryAudit? audit) =>
            Assert.Equal($"canary v2, 10% of the messages: {words}", CanaryStatus.Of(made, audit).Words);
    }
}
