using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Kafka.Groups;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;
using Worker.Training;

namespace Worker.Tests.Learner;

/// <summary>Ways to make the next head of a label.</summary>
public class LearningMethodTests(TinyModel model)
{
    [Theory]
    [InlineData("Refit", 120)]
    [InlineData("Prior", 40)]
    [InlineData("Ensemble", 40)]
    public void The_next_head_is_made_of_all_answers_or_of_those_that_the_head_in_use_has_not_seen(
        string method, int seen)
    {
        using var loaded = LoadedEncoder.Open(model.Section);
        var champions = new Champions("heads");
        using var store = LearningStore.Open(new StoreOptions { Path = ":memory:" }, TimeProvider.System);
        var round = new TrainingRound(
            store, (_, texts, _) => TextTraining.Encode(loaded, texts, quiet: true), loaded, champions,
            new LearnSection { Feature = "mean", Method = Enum.Parse<LearningMethod>(method) }, "heads",
            TimeProvider.System);
        // 1. A first head is made of all there is.
        var first = Run(0, 80);
        Assert.True(first.State == HeadState.Promoted, first.Sentence);
        Assert.Equal(80, Texts(first.Head!));
        champions.Take(
        [
            new SourceRecord
            {
                Topic = "heads",
                Partition = 0,
                Offset = 0,
                Key = "refund"u8.ToArray(),
                Value = HeadJson.Serialize(first.Head!),
                Headers = [],
                TimestampMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            },
        ]);
        store.Outbox.Sent(store.Outbox.Next(10));
        // 2. The next one builds on it.
        var next = Run(80, 40);
        Assert.True(next.Head is not null, next.Sentence);
        Assert.Equal(seen, Texts(next.Head));
        Assert.Equal(first.Head!.Version, next.Head.Parent);
        Assert.True(next.Head.Version > first.Head.Version);
        var features = TextTraining.Encode(loaded, [Answers.Text(500), Answers.Text(501)], quiet: true).Matrix("mean");
        Assert.True(next.Head.Probability(features.Row(0)) > 0.5 && next.Head.Probability(features.Row(1)) < 0.5);

        RoundOutcome Run(int from, int count)
        {
            store.Examples.Record(
                new LabelBatch([.. Enumerable.Range(from, count).Select(number => Answers.Of(number))], []));
            return Assert.Single(round.Run([.. store.Examples.Labels()], TestContext.Current.CancellationToken));
        }
    }

    private static int Texts(Head head) => head.Training!.Positives + head.Training.Negatives;
}
