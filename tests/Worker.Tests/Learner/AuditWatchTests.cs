using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Kafka.Groups;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;

namespace Worker.Tests.Learner;

/// <summary>A head in use is held against what it promised by the answers of the random audit.</summary>
public sealed class AuditWatchTests : IDisposable
{
    private static readonly LearnSection Options = new();
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 10, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly TinyModel model;
    private readonly LearningStore store;
    private readonly LoadedEncoder loaded;
    private readonly Champions champions = new("heads");
    private readonly AuditWatch watch;
    private int answered;
    private long offset;

    public AuditWatchTests(TinyModel model)
    {
        this.model = model;
        store = LearningStore.Open(new StoreOptions { Path = folder.File("store.db") }, TimeProvider.System);
        loaded = LoadedEncoder.Open(model.Section);
        watch = Watch();
        // 40 answers of which the head, which always says yes, was wrong in 4 when it was judged.
        Answer(40, number => number % 10 != 0, propensity: null);
    }

    public void Dispose()
    {
        loaded.Dispose();
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_head_that_keeps_its_promise_raises_no_alarm()
    {
        Use(Yes(1));
        Answer(150, number => number % 10 != 0, propensity: 0.01);
        Assert.Empty(Look());
        var figures = Assert.Single(watch.Figures);
        Assert.Equal((150, 15), (figures.Seen, figures.Errors));
        Assert.InRange(figures.Promised!.Value, 0.1, 0.25);
        Assert.Null(watch.AlarmSince("refund"));
    }

    [Fact]
    public void One_that_errs_more_raises_it_once_and_wants_a_training()
    {
        Use(Yes(1));
        Answer(60, number => number % 2 == 0, propensity: 0.01);
        var news = Assert.Single(Look());
        Assert.True(news.Alarm);
        Assert.True(news.Lower > news.Promised);
        var since = watch.AlarmSince("refund");
        Answer(10, number => number % 2 == 0, propensity: 0.01);
        Assert.Empty(Look());
        Assert.Equal(since, watch.AlarmSince("refund"));
        // The store knows of it, and a learner that starts anew goes on with the same alarm.
        var stored = Assert.Single(store.Audits.All()).Value;
        Assert.Equal((1, 70L, 35L, null), (stored.Version, stored.Seen, stored.Errors, stored.Withdrawn));
        Assert.Equal(since!.Value.ToUnixTimeMilliseconds(), stored.AlarmSince!.Value.ToUnixTimeMilliseconds());
        var another = Watch();
        Assert.Single(another.Look(store.Examples.Labels(), TestContext.Current.CancellationToken));
        Assert.Equal(stored.AlarmSince, another.AlarmSince("refund"));
        var label = Assert.Single(store.Examples.Labels());
        Assert.Equal(new Due(true, "its head errs more in the audit than it promised"),
            new LearningSchedule(new LearnSection { Answers = 1000 }).Of(
                label with { FittedAt = since!.Value.AddSeconds(-1) }, since.Value, since));
        // Trained since: it waits for the next answers like any other.
        Assert.False(new LearningSchedule(new LearnSection { Answers = 1000 }).Of(
            label with { FittedAt = since.Value.AddSeconds(1) }, since.Value, since).IsDue);
    }

    [Fact]
    public void Answers_to_texts_that_were_asked_about_for_doubt_do_not_count()
    {
        Use(Yes(1));
        Answer(100, _ => false, propensity: null);
        Assert.Empty(Look());
        Assert.Equal(0, Assert.Single(watch.Figures).Seen);
    }

    [Fact]
    public void A_certificate_that_does_not_hold_is_taken_back_through_the_store()
    {
        var certified = Yes(1) with
        {
            Thresholds = new Thresholds(0.01, 0.5, 0.9),
            Certificate = new Certificate(0.05, 0.05, Now, null, CertificateOrigin.Audit,
                new(1000, 300, 3), new(1000, 300, 4)),
        };
        Use(certified);
        Answer(80, number => number % 3 != 0, propensity: 0.01);
        var figures = Assert.Single(Look());
        Assert.Null(figures.Revised!.Certificate!.Yes);
        Assert.NotNull(figures.Revised.Certificate.No);
        var withdrawal = new CertificateWithdrawal(store, champions, Options, "heads", TimeProvider.System);
        var id = store.Examples.Labels()[0].Id;
        var head = withdrawal.Withdraw(id, figures, TestContext.Current.CancellationToken)!;
        Assert.Equal((2, (int?)1), (head.Version, head.Parent));
        var sent = Assert.Single(store.Outbox.Next(10)).Record;
        Assert.Equal("refund", Encoding.UTF8.GetString(sent.Key!));
        var published = HeadJson.Parse(sent.Value!);
        Assert.Null(published.Certificate!.Yes);
        Assert.Equal(certified.Weights, published.Weights);
        // Until the topic has it, and after, nothing is taken back again.
        Answer(10, _ => true, propensity: 0.01);
        Assert.DoesNotContain(Look(), one => one.Revised is not null);
        Take(published);
        Answer(10, _ => true, propensity: 0.01);
        Assert.DoesNotContain(Look(), one => one.Revised is not null);
        Assert.Equal(2, Assert.Single(watch.Figures).Version);
        Assert.Equal("yes", Assert.Single(store.Audits.All()).Value.Withdrawn);
        // A label without a head in use has nothing to be looked at.
        champions.Take([Record("refund", null)]);
        Look();
        Assert.Empty(store.Audits.All());
    }

    private IReadOnlyList<AuditFigures> Look() =>
        watch.Look(store.Examples.Labels(), TestContext.Current.CancellationToken);

    private AuditWatch Watch() => new(
        store,
        new AuditedDecisions(store, new FeatureSource(store, loaded, NullLogger.Instance).Of, TimeProvider.System),
        loaded, champions, Options.DriftLevel, TimeProvider.System);

    private Head Yes(int version) => model.Head("refund", version, bias: 4);

    /// <summary>Answers to texts of their own.</summary>
    private void Answer(int count, Func<int, bool> yes, double? propensity)
    {
        var events = Enumerable.Range(answered, count).Select(number => new LabelEvent
        {
            Id = $"event-{number}",
            At = Now,
            Text = $"{Words.Of(number * 7 + 1)} {Words.Of(number * 13 + 5)} {Words.Of(number * 29 + 11)}",
            Answers = [new LabelAnswer("refund", yes(number) ? 1 : 0)],
            Mode = propensity is null ? AnswerMode.Single : AnswerMode.Audit,
            Propensity = propensity,
        });
        store.Examples.Record(new LabelBatch([.. events], []));
        answered += count;
    }

    /// <summary>Puts a head into use that was judged on all answers so far.</summary>
    private void Use(Head head)
    {
        var label = store.Examples.Labels()[0];
        long[] texts = [.. store.Examples.Examples([label.Id]).Select(example => example.Text).Order()];
        var evidence = new HeadEvidence(
            store.Examples.LastChange(), texts, [.. texts.Select(_ => 0.98f)], [.. texts.Select(_ => true)]);
        store.Heads.Record(
            [
                new StoredHead(
                    label.Id, head.Version, Now, HeadState.Promoted, Encoding.UTF8.GetString(HeadJson.Serialize(head)),
                    """{"outcome":"promoted","sentence":"","bars":[]}""", evidence.ToBytes()),
            ], [], [], store.Leases.Take([LeasedLabels.Name("refund")], TimeSpan.FromMinutes(1)));
        store.Leases.Release(store.Leases.Take([LeasedLabels.Name("refund")], TimeSpan.FromMinutes(1)));
        Take(head);
    }

    private void Take(Head head) => champions.Take([Record(head.Label, HeadJson.Serialize(head))]);

    private SourceRecord Record(string label, byte[]? value) => new()
    {
        Topic = "heads",
        Partition = 0,
        Offset = offset++,
        Key = Encoding.UTF8.GetBytes(label),
        Value = value,
        Headers = [],
        TimestampMs = Now.ToUnixTimeMilliseconds(),
    };
}
