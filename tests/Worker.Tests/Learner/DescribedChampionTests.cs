using System.Text;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Kafka.Groups;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;
using Worker.Training;

namespace Worker.Tests.Learner;

/// <summary>A label starts with a head from its description; answers replace it by one that decides.</summary>
public class DescribedChampionTests(TinyModel model)
{
    [Fact]
    public void Enough_answers_replace_a_described_head_by_one_that_decides()
    {
        using var loaded = LoadedEncoder.Open(model.Section);
        var described = DescribedTraining.Train(
            loaded, new Dictionary<string, LabelDescription>
            {
                ["refund"] = new("please give me my money back", ["I want a refund"]),
                ["weather"] = new("the weather is lovely", []),
            }, [], seed: 0, TestContext.Current.CancellationToken);
        var champions = new Champions("heads");
        champions.Take([.. described.Select((head, offset) => new SourceRecord
        {
            Topic = "heads",
            Partition = 0,
            Offset = offset,
            Key = Encoding.UTF8.GetBytes(head.Label),
            Value = HeadJson.Serialize(head),
            Headers = [],
            TimestampMs = 0,
        })]);
        using var store = LearningStore.Open(new StoreOptions { Path = ":memory:" }, TimeProvider.System);
        var round = new TrainingRound(
            store, (_, texts, _) => TextTraining.Encode(loaded, texts, quiet: true), loaded, champions,
            new LearnSection { Feature = "mean" }, "heads", TimeProvider.System);
        // 1. Too few answers to be sure: the head from the description stays.
        store.Examples.Record(new LabelBatch([.. Enumerable.Range(0, 12).Select(i => Answers.Of(i))], []));
        var early = Assert.Single(Run());
        Assert.NotEqual(HeadState.Promoted, early.State);
        Assert.Contains("answers", early.FailedBars);
        // 2. With enough of them a head that was fitted to them takes its place.
        store.Examples.Record(new LabelBatch([.. Enumerable.Range(12, 68).Select(i => Answers.Of(i))], []));
        var later = Assert.Single(Run());
        Assert.True(later.State == HeadState.Promoted, later.Sentence);
        Assert.Equal(("refund", null), (later.Head!.Label, later.Head.Described));
        Assert.True(later.Head.Version > described[0].Version);
        var sent = HeadJson.Parse(Assert.Single(store.Outbox.Next(10)).Record.Value);
        Assert.Equal((later.Head.Version, null), (sent.Version, sent.Described));

        IReadOnlyList<RoundOutcome> Run() =>
            round.Run([.. store.Examples.Labels()], TestContext.Current.CancellationToken);
    }
}
