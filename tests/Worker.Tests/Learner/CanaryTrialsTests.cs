using System.Text;
using Worker.Core.Heads;
using Worker.Learner;
using Worker.Store.Heads;

namespace Worker.Tests.Learner;

/// <summary>A head that passes decides a share of the messages at first, and all or none of them later.</summary>
public sealed class CanaryTrialsTests(TinyModel model) : IDisposable
{
    private readonly LearningLabel label = new(
        model,
        new LearnSection
        {
            Feature = "mean",
            Answers = 20,
            Canary = 0.1,
            CanaryMinutes = 30,
            PromotionAnswers = 5,
            // Whatever is not worse passes: which head it is does not matter here.
            PromotionLevel = 0.49,
            TurnedWrong = 1,
            WorseCalibration = 0.9,
        });

    public void Dispose() => label.Dispose();

    [Fact]
    public void It_goes_out_beside_the_head_in_use_and_follows_it_after_its_time()
    {
        Assert.Equal(HeadState.Promoted, First().State);
        var canary = Second();
        // 1. The head in use stays, and the label is not trained meanwhile.
        Assert.Equal(1, label.Champions.Find("refund")!.Head.Version);
        Assert.Equal((2, 0.1), (canary.Version, canary.CanaryShare));
        Assert.Equal(canary.Version, label.Champions.Canary("refund")!.Version);
        label.Answer(600, 40);
        Assert.Empty(label.Train());
        var trials = label.Trials();
        Assert.Empty(label.Look(trials));
        Assert.Equal(
            "its canary v2 decides 10% of the messages until 2026-11-30 10:30 UTC or later",
            trials.Running!.Holds("refund", label.Champions, label.Options));
        var status = Assert.Single(LearnerStatus.Read(label.Store, label.Options, label.Clock.GetUtcNow()).Labels);
        Assert.Equal(("canary", 2, false), (status.State, status.Version, status.Due));
        Assert.StartsWith("its canary v2 decides 10% of the messages until", status.Next, StringComparison.Ordinal);
        Assert.EndsWith(
            "; v1 stays in use, this decides 10% of the messages at first", status.Verdict, StringComparison.Ordinal);

        // 2. A learner that starts anew goes on with it, and none decides while brokers are away.
        label.Clock.Advance(TimeSpan.FromMinutes(29));
        label.Restart();
        trials = label.Trials();
        Assert.Empty(label.Look(trials));
        label.Clock.Advance(TimeSpan.FromMinutes(1));
        label.IsAway = true;
        Assert.Empty(label.Look(trials));
        label.IsAway = false;
        var ended = Assert.Single(label.Look(trials));
        Assert.Equal(("refund", 2, HeadState.Promoted), (ended.Label, ended.Version, ended.State));
        // 3. The same head under the same version, and the end of its canary.
        Assert.Equal(
            [("refund", HeadRole.InUse, 2, null), ("refund", HeadRole.Canary, 0, null)],
            label.Send().Select(sent => (sent.Label, sent.Role, sent.Head?.Version ?? 0, sent.Head?.CanaryShare)));
        Assert.Equal(canary.Weights, label.Champions.Find("refund")!.Head.Weights);
        Assert.Null(label.Champions.Canary("refund"));
        var (last, first) = (label.History()[0], label.History()[1]);
        Assert.Equal(HeadState.Promoted, last.State);
        Assert.Contains(
            "; promoted on 2026-11-30 10:30 UTC: nothing spoke against it in 30 minutes",
            VerdictRecord.Parse(last.Verdict).Sentence, StringComparison.Ordinal);
        Assert.Null(HeadJson.Parse(Encoding.UTF8.GetBytes(last.Json)).CanaryShare);
        // What the next one is compared with.
        Assert.NotNull(HeadEvidence.Of(label.Champions.Find("refund"), label.History()));
        Assert.Null(first.Evidence);
        // 4. And the label is trained again.
        Assert.Empty(label.Look(trials));
        Assert.Null(trials.Running!.Holds("refund", label.Champions, label.Options));
        Assert.Equal(2, Assert.Single(label.Train()).Head!.Parent);
    }

    [Fact]
    public void The_audit_ends_one_that_is_worse_than_the_head_in_use()
    {
        First();
        // What people say now is the opposite, and the canary has learned that. In the audit they say what they said.
        var canary = Second(yes: number => !Answers.IsYes(number), count: 400);
        var trials = label.Trials();
        label.Answer(1_000, 2, audited: true);
        Assert.Empty(label.Look(trials));
        var status = Assert.Single(LearnerStatus.Read(label.Store, label.Options, label.Clock.GetUtcNow()).Labels);
        Assert.True(status.Canary is { Seen: 2, Errors: > 0, ErrorsInUse: 0 }, status.Canary?.Words);
        label.Answer(1_002, 20, audited: true);
        var ended = Assert.Single(label.Look(trials));
        Assert.Equal(HeadState.Dropped, ended.State);
        Assert.Contains("shown to be worse", ended.Reason, StringComparison.Ordinal);
        Assert.Equal(
            [("refund", HeadRole.Canary, null)],
            label.Send().Select(sent => (sent.Label, sent.Role, sent.Head)));
        Assert.Equal(1, label.Champions.Find("refund")!.Head.Version);
        Assert.Equal(HeadState.Dropped, label.History()[0].State);
        // The head in use is still known by what it was judged by.
        Assert.NotNull(HeadEvidence.Of(label.Champions.Find("refund"), label.History()));
        Assert.Equal(canary.Version + 1, Assert.Single(label.Train()).Head!.Version);
    }

    [Fact]
    public void The_status_has_what_the_audit_says_of_it_and_when_it_decides_all_messages()
    {
        First();
        Second();
        Assert.Equal((2, 1, 0.1, null, null), Canary(status => (
            status.Version, status.Over, status.Share, status.Seen, status.Promotion)));
        var trials = label.Trials();
        label.Look(trials);
        var end = label.Clock.GetUtcNow().AddMinutes(30);
        Assert.Equal((0L, 0L, 0L, end), Canary(Figures));
        label.Answer(1_000, 3, audited: true);
        label.Clock.Advance(TimeSpan.FromMinutes(1));
        label.Look(trials);
        Assert.Equal((3L, 0L, 0L, end), Canary(Figures));
        // What both have wrong counts for both.
        label.Answer(2_000, 2, yes: number => !Answers.IsYes(number), audited: true);
        label.Look(trials);
        Assert.Equal((5L, 2L, 2L, end), Canary(Figures));
        // Nothing new: nothing is written.
        label.Clock.Advance(TimeSpan.FromMinutes(1));
        label.Look(trials);
        Assert.Equal(label.Clock.GetUtcNow().AddMinutes(-1), Canary(status => status.Looked));
        using var json = new StringWriter();
        Read().WriteJson(json);
        using var read = System.Text.Json.JsonDocument.Parse(json.ToString());
        Assert.Equal(
            (5, end),
            (read.RootElement.GetProperty("canary").GetProperty("seen").GetInt32(),
            read.RootElement.GetProperty("canary").GetProperty("promotion").GetDateTimeOffset()));
        using var table = new StringWriter();
        Read().WriteTable(table, "the store");
        Assert.Contains(
            "    canary v2, 10% of the messages: of 5 audited texts it was wrong in 2, v1 in",
            table.ToString(), StringComparison.Ordinal);
        // Once it has ended there is none.
        label.Put(HeadKey.Of("refund", HeadRole.Canary), null);
        Assert.Single(label.Look(trials));
        Assert.Null(Assert.Single(Read().Labels).Canary);

        LearnerStatus Read() => LearnerStatus.Read(label.Store, label.Options, label.Clock.GetUtcNow());
        T Canary<T>(Func<CanaryStatus, T> of) => of(Assert.Single(Read().Labels).Canary!);
        static (long?, long?, long?, DateTimeOffset?) Figures(CanaryStatus status) =>
            (status.Seen, status.Errors, status.ErrorsInUse, status.Promotion);
    }

    [Fact]
    public void What_a_person_does_meanwhile_stands()
    {
        First();
        // 1. Ended by hand.
        var canary = Second();
        label.Put(HeadKey.Of("refund", HeadRole.Canary), null);
        label.Clock.Advance(TimeSpan.FromHours(1));
        Ended(HeadState.Dropped, "somebody ended it");
        Assert.Empty(label.Send());
        // 2. Another head by hand: the canary's record goes, and nothing else.
        canary = Second(800);
        label.Put(model.Head("refund", canary.Version + 1, bias: 3));
        label.Clock.Advance(TimeSpan.FromHours(1));
        Ended(HeadState.Dropped, $"v{canary.Version + 1} was published in the meantime");
        Assert.Equal(
            [(HeadRole.Canary, null)], label.Send().Select(sent => (sent.Role, sent.Head)));
        // 3. The person's canary stays, and keeps the label from being trained: the learner's would take its place.
        var theirs = model.Head("refund", canary.Version + 2, bias: 5) with { CanaryShare = 0.5 };
        label.Put(HeadKey.Of("refund", HeadRole.Canary), HeadJson.Serialize(theirs));
        label.Answer(1_200, 100);
        Assert.Empty(label.Train());
        label.Options.Canary = 0;
        Assert.Single(label.Train());
    }

    [Fact]
    public void A_person_may_put_it_into_use_before_its_time()
    {
        First();
        var canary = Second();
        label.Put(canary with { CanaryShare = null });
        label.Put(HeadKey.Of("refund", HeadRole.Canary), null);
        Ended(HeadState.Promoted, "somebody put it into use as v2");
        Assert.Empty(label.Send());
        Assert.NotNull(HeadEvidence.Of(label.Champions.Find("refund"), label.History()));
    }

    [Fact]
    public void Another_owner_of_the_label_is_waited_for()
    {
        First();
        Second();
        label.Clock.Advance(TimeSpan.FromHours(1));
        using var other = label.Open();
        var lease = other.Leases.Take([LeasedLabels.Name("refund")], TimeSpan.FromMinutes(1));
        var trials = label.Trials();
        Assert.Empty(label.Look(trials));
        other.Leases.Release(lease);
        Assert.Single(label.Look(trials));
        // Another learner that looks now finds nothing to do, though the topic has not heard of it yet.
        Assert.Empty(label.Look(label.Trials()));
        Assert.Equal(2, label.Send().Count);
    }

    [Fact]
    public void Heads_of_an_exclusive_group_are_canaries_together()
    {
        string[] labels = ["refund", "weather"];
        label.Answer(0, 80, labels: labels);
        Assert.All(label.Train(), outcome => Assert.Equal(HeadState.Promoted, outcome.State));
        label.Send();
        label.Clock.Advance(TimeSpan.FromMinutes(1));
        label.Answer(400, 200, labels: labels);
        var outcomes = label.Train();
        Assert.All(outcomes, outcome => Assert.True(outcome.State == HeadState.Canary, outcome.Sentence));
        Assert.All(outcomes, outcome => Assert.NotNull(outcome.Head!.Group));
        label.Send();
        label.Clock.Advance(TimeSpan.FromMinutes(31));
        // Somebody ended one of them: the other one ends too.
        label.Put(HeadKey.Of("weather", HeadRole.Canary), null);
        var ended = label.Look(label.Trials());
        Assert.Equal(
            [
                ("refund", "another of its exclusive group was dropped: somebody ended it"),
                ("weather", "somebody ended it"),
            ], ended.Select(one => (one.Label, one.Reason)).Order());
        Assert.Equal(("refund", HeadRole.Canary, null), Assert.Single(label.Send()));
    }

    /// <summary>The label's first head, in use.</summary>
    private RoundOutcome First()
    {
        label.Answer(0, 80);
        var outcome = Assert.Single(label.Train());
        var sent = Assert.Single(label.Send());
        Assert.Equal(("refund", HeadRole.InUse), (sent.Label, sent.Role));
        return outcome;
    }

    /// <summary>The next one, which passes, on the topic.</summary>
    private Head Second(int from = 200, Func<int, bool>? yes = null, int count = 200)
    {
        label.Answer(from, count, yes);
        var outcome = Assert.Single(label.Train());
        Assert.True(outcome.State == HeadState.Canary, outcome.Sentence);
        var sent = Assert.Single(label.Send());
        Assert.Equal(HeadRole.Canary, sent.Role);
        return sent.Head!;
    }

    private void Ended(HeadState state, string reason)
    {
        var ended = Assert.Single(label.Look(label.Trials()));
        Assert.Equal((state, reason), (ended.State, ended.Reason));
        Assert.Equal(state, label.History()[0].State);
    }
}
