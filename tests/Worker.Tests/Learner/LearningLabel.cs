using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Kafka.Groups;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;

namespace Worker.Tests.Learner;

/// <summary>
/// A learner's parts around a store and a heads topic that a test moves by hand: nothing is sent, and nothing is read,
/// before <see cref="Send"/>.
/// </summary>
internal sealed class LearningLabel : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly LoadedEncoder loaded;
    private readonly List<SourceRecord> topic = [];

    public LearningLabel(TinyModel model, LearnSection options)
    {
        (Options, loaded) = (options, LoadedEncoder.Open(model.Section));
        Store = Open();
    }

    public LearnSection Options { get; }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 30, 10, 0, 0, TimeSpan.Zero));

    public LearningStore Store { get; }

    public Champions Champions { get; private set; } = new("heads");

    public bool IsAway { get; set; }

    public LearningStore Open() =>
        LearningStore.Open(new StoreOptions { Path = folder.File("store.db") }, Clock);

    public TrainingRound Round() => new(
        Store, new FeatureSource(Store, loaded, NullLogger.Instance).Of, loaded, Champions, Options, "heads", Clock);

    /// <summary>Of a learner that starts now.</summary>
    public CanaryTrials Trials() => new(
        Store, new AuditedDecisions(Store, new FeatureSource(Store, loaded, NullLogger.Instance).Of, Clock), loaded,
        Champions, Options, "heads", Clock, () => IsAway);

    public IReadOnlyList<RoundOutcome> Train() =>
        Round().Run([.. Store.Examples.Labels()], TestContext.Current.CancellationToken);

    public IReadOnlyList<EndedCanary> Look(CanaryTrials trials) =>
        trials.Look(Store.Examples.Labels(), TestContext.Current.CancellationToken);

    /// <summary>Answers to texts of their own.</summary>
    /// <param name="yes">What people say; null for what the text speaks of.</param>
    /// <param name="audited">Whether the texts were drawn at random.</param>
    public void Answer(
        int from, int count, Func<int, bool>? yes = null, bool audited = false, params string[] labels) =>
        Store.Examples.Record(new LabelBatch([.. Enumerable.Range(from, count).Select(number => Answers.Of(number) with
        {
            Id = $"{number}",
            Mode = audited ? AnswerMode.Audit : AnswerMode.Single,
            Propensity = audited ? 0.01 : null,
            Answers = [.. (labels is [] ? ["refund"] : labels).Select((label, i) => new LabelAnswer(
                label, (yes?.Invoke(number) ?? Answers.IsYes(number)) == (i == 0) ? 1 : 0))],
        })], []));

    /// <summary>Sends what waits, and reads the topic; returns the keys and values.</summary>
    public List<(string Label, HeadRole Role, Head? Head)> Send()
    {
        var waiting = Store.Outbox.Next(100);
        Store.Outbox.Sent(waiting);
        return [.. waiting.Select(one => Put(one.Record.Key!, one.Record.Value))];
    }

    /// <summary>What somebody publishes.</summary>
    public (string Label, HeadRole Role, Head? Head) Put(byte[] key, byte[]? value)
    {
        var record = new SourceRecord
        {
            Topic = "heads",
            Partition = 0,
            Offset = topic.Count,
            Key = key,
            Value = value,
            Headers = [],
            TimestampMs = Clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        topic.Add(record);
        Champions.Take([record]);
        var (label, role) = HeadKey.Read(key);
        return (label, role, value is null ? null : HeadJson.Parse(value));
    }

    public void Put(Head head) => Put(Encoding.UTF8.GetBytes(head.Label), HeadJson.Serialize(head));

    /// <summary>Another learner starts, and reads the topic from its beginning.</summary>
    public void Restart()
    {
        Champions = new Champions("heads");
        Champions.Take(topic);
    }

    public IReadOnlyList<StoredHead> History(string label = "refund") =>
        Store.Heads.Of([Store.Examples.Labels().Single(one => one.Name == label).Id]);

    public void Dispose()
    {
        loaded.Dispose();
        Store.Dispose();
        folder.Dispose();
    }
}
