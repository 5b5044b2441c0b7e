using System.Text;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;
using Worker.Terminal;
using static Worker.Tests.Heads.MadeTopic;

namespace Worker.Tests.Learner;

/// <summary>What a person may put into use, and what is written down of it.</summary>
public sealed class ManualPromotionTests : IDisposable
{
    private static readonly PersonsReason Reason = new("anna", "the audit says so");

    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly LearningStore store;

    public ManualPromotionTests() => store = Open();

    [Fact]
    public void A_head_that_was_kept_comes_into_use_under_a_new_version_with_the_reason()
    {
        Store("refund", 1, HeadState.Promoted, bias: 1);
        Store("refund", 2, HeadState.Dropped, bias: 2);
        Store("refund", 3, HeadState.Kept, bias: 3, evidence: Evidence(30));
        var promoted = Assert.Single(Promote(Of(Head("refund", 1, bias: 1)), null, "refund"));
        Assert.Equal("v1 → v4, which decides as v3 (kept)", promoted.Step);

        // 1. What goes to the topic.
        var sent = Assert.Single(store.Outbox.Next(10)).Record;
        var head = HeadJson.Parse(sent.Value!);
        Assert.Equal(("heads", "refund"), (sent.Topic, Encoding.UTF8.GetString(sent.Key!)));
        Assert.Equal((4, 3, 3f), (head.Version, head.Parent, head.Bias));
        Assert.Equal(sent.Key, Assert.Single(store.Outbox.Waiting("heads")));
        Assert.Empty(store.Outbox.Waiting("dead-letters"));

        // 2. What stays in the history, and that later heads are compared with what it was judged by.
        var written = History("refund")[0];
        var verdict = VerdictRecord.Parse(written.Verdict);
        Assert.Equal((4, HeadState.Promoted), (written.Version, written.State));
        Assert.Equal(
            "promoted by anna, v1 → v4, which decides as v3 (kept): the audit says so", verdict.Sentence);
        Assert.Equal(("anna", "the audit says so"), (verdict.By, verdict.Why));
        Assert.Equal(30, HeadEvidence.Of(new Champion(head, null), History("refund"))!.Change);

        // 3. Any other head too: one that was dropped, and one that was in use.
        Assert.Equal(
            "v4 → v5, which decides as v2 (dropped)", Promote(Of(head), 2, "refund")[0].Step);
        Assert.Equal(
            "v5 → v6, which decides as v1 (promoted)",
            Promote(Of(Head("refund", 5, bias: 2)), 1, "refund")[0].Step);
    }

    [Fact]
    public void A_canary_may_be_promoted_before_its_time_and_decides_all_messages_then()
    {
        Store("refund", 1, HeadState.Promoted, bias: 1);
        Store("refund", 2, HeadState.Canary, bias: 2, share: 0.1);
        var promoted = Assert.Single(Promote(Of(Head("refund", 1, bias: 1)), null, "refund"));
        Assert.Equal("v1 → v3, which decides as v2 (canary)", promoted.Step);
        var sent = HeadJson.Parse(Assert.Single(store.Outbox.Next(10)).Record.Value!);
        Assert.Equal((3, null, 2f), (sent.Version, sent.CanaryShare, sent.Bias));
    }

    [Fact]
    public void What_cannot_be_promoted_is_said_with_what_can()
    {
        Label("empty");
        Store("refund", 1, HeadState.Promoted, bias: 1);
        Store("refund", 2, HeadState.Kept, bias: 2);
        Store("refund", 3, HeadState.Promoted, bias: 3);
        var topic = Of(Head("refund", 3, bias: 3));
        Refused("holds no head of 'empty' yet", topic, null, "empty");
        Refused("v3, was promoted already", topic, null, "refund");
        Refused("v3 (promoted), v2 (kept), v1 (promoted)", topic, null, "refund");
        Refused("holds no v7 of 'refund'", topic, 7, "refund");
        Refused("v3 of 'refund' is in use and decides as v3 does", topic, 3, "refund");
        Refused("is retired since", Of(null, Record(Head("refund", 3)), Gone("refund")), 2, "refund");
        Refused(
            "for encoder 91bc", Of(Head("refund", 3, bias: 3) with { Encoder = "91bc" }), 2, "refund");
        Assert.Empty(store.Outbox.Next(10));
    }

    [Fact]
    public void Heads_of_an_exclusive_group_are_promoted_together_or_by_force()
    {
        foreach (var label in new[] { "praise", "refund" })
        {
            Store(label, 1, HeadState.Promoted, bias: 1, group: "topic");
            Store(label, 2, HeadState.Kept, bias: 2, group: "topic");
        }
        var topic = Of(
            Head("praise", 1, bias: 1) with { Group = "topic" }, Head("refund", 1, bias: 1) with { Group = "topic" });
        Refused("these are not named: praise", topic, null, "refund");
        Assert.Equal(2, Promote(topic, null, "praise", "refund").Count);
        Assert.Equal(2, store.Outbox.Next(10).Count);
        Assert.Single(Promotion(topic).Run([Label("refund")], 2, Reason, force: true, CancellationToken.None));
    }

    [Fact]
    public void A_label_that_a_learner_is_training_waits_for_it()
    {
        Store("refund", 1, HeadState.Kept, bias: 1);
        using var other = Open();
        var lease = other.Leases.Take([LeasedLabels.Name("refund")], TimeSpan.FromMinutes(1));
        Refused("is training 'refund' right now", Of(), null, "refund");
        other.Leases.Release(lease);
        Assert.Equal("now v2, which decides as v1 (kept)", Promote(Of(), null, "refund")[0].Step);
        // What it owned is free again.
        Assert.Single(other.Leases.Take([LeasedLabels.Name("refund")], TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Evidence_is_that_of_the_head_in_use_and_not_of_another_with_its_version()
    {
        Store("refund", 2, HeadState.Promoted, bias: 2, evidence: Evidence(20));
        Store("refund", 3, HeadState.Kept, bias: 3, evidence: Evidence(30));
        var history = History("refund");
        // Somebody published another head, or rolled back: the topic has had no version 3 before.
        Assert.Null(HeadEvidence.Of(new Champion(Head("refund", 3, bias: 9), null), history));
        Assert.Equal(20, HeadEvidence.Of(new Champion(Head("refund", 3, bias: 2), null), history)!.Change);
        Assert.Null(HeadEvidence.Of(null, history));
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    private LearningStore Open() =>
        LearningStore.Open(new StoreOptions { Path = folder.File("store.db") }, TimeProvider.System);

    private ManualPromotion Promotion(TopicHeads topic) =>
        new(store, topic, new LearnSection(), TimeProvider.System);

    private IReadOnlyList<PromotedHead> Promote(TopicHeads topic, int? version, params string[] labels) =>
        Promotion(topic).Run([.. labels.Select(Label)], version, Reason, force: false, CancellationToken.None);

    private void Refused(string message, TopicHeads topic, int? version, string label) => Assert.Contains(
        message, Assert.Throws<UserError>(() => Promote(topic, version, label)).Message, StringComparison.Ordinal);

    private LabelState Label(string name)
    {
        store.Examples.Record(new LabelBatch([Answers.Of(0, name)], []));
        return store.Examples.Labels().Single(label => label.Name == name);
    }

    private IReadOnlyList<StoredHead> History(string label) => store.Heads.Of([Label(label).Id]);

    private void Store(
        string label, int version, HeadState state, float bias, byte[]? evidence = null, string? group = null,
        double? share = null)
    {
        var json = HeadJson.Serialize(Head(label, version, bias) with { Group = group, CanaryShare = share });
        store.Heads.Record(
            [new StoredHead(
                Label(label).Id, version, DateTimeOffset.UnixEpoch, state, Encoding.UTF8.GetString(json), "{}",
                evidence)],
            [], [], []);
    }

    private static byte[] Evidence(long change) => new HeadEvidence(change, [1], [0.5f], [true]).ToBytes();
}
