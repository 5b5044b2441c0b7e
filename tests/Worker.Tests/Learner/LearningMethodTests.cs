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
public sealed class LearningMethodTests(TinyModel model) : IDisposable
{
    private readonly LoadedEncoder loaded = LoadedEncoder.Open(model.Section);
    private readonly LearningStore store =
        LearningStore.Open(new StoreOptions { Path = ":memory:" }, TimeProvider.System);

    private readonly Champions champions = new("heads");
    private long offset;

    [Theory]
    [InlineData("Refit", 120)]
    [InlineData("Prior", 40)]
    [InlineData("Ensemble", 40)]
    [InlineData("Bagging", 120)]
    [InlineData("Stacking", 120)]
    public void The_next_head_is_made_of_all_answers_or_of_those_that_the_head_in_use_has_not_seen(
        string method, int seen)
    {
        var round = Round(Enum.Parse<LearningMethod>(method));
        // 1. A first head is made of all there is.
        var first = Run(round, 0, 80);
        Assert.True(first.State == HeadState.Promoted, first.Sentence);
        Assert.Equal(80, Texts(first.Head!));
        Assert.Equal(method == "Refit" ? null : $"a refit and not {method}: it had no head in use", first.Made);
        Use(first.Head!);
        // 2. The next one builds on it.
        var next = Run(round, 80, 40);
        Assert.True(next.Head is not null, next.Sentence);
        Assert.Equal(seen, Texts(next.Head));
        // A bag has nothing to do with the head in use.
        Assert.Equal(method == "Bagging" ? null : first.Head!.Version, next.Head.Parent);
        Assert.True(next.Head.Version > first.Head!.Version);
        var features = TextTraining.Encode(loaded, [Answers.Text(500), Answers.Text(501)], quiet: true).Matrix("mean");
        Assert.True(next.Head.Probability(features.Row(0)) > 0.5 && next.Head.Probability(features.Row(1)) < 0.5);
        // 3. The history says how.
        var made = VerdictRecord.Parse(store.Heads.Last().Values.Single().Verdict).Made;
        Assert.Equal(next.Made, made);
        Assert.Equal(
            method switch
            {
                "Prior" => "a fit to newer answers, pulled to v1",
                "Ensemble" => "v1 and a fit to newer answers together",
                "Bagging" => "the mean of 10 heads",
                "Stacking" => "v1 and 1 new head, stacked",
                _ => null,
            }, made);
    }

    [Fact]
    public void Stacking_takes_a_head_for_each_layer_of_the_feature()
    {
        var round = Round(LearningMethod.Stacking, "layer1+mean");
        var first = Run(round, 0, 80);
        Use(first.Head!);
        var next = Run(round, 80, 40);
        Assert.Equal("v1 and 3 new heads, stacked", next.Made);
        Assert.Equal(first.Head!.Feature, next.Head!.Feature);
        Assert.Equal(first.Head.Weights.Length, next.Head.Weights.Length);
        // The next is stacked on this one.
        Use(next.Head);
        Assert.Equal("v2 and 3 new heads, stacked", Run(round, 120, 40).Made);
    }

    [Theory]
    [InlineData("Bagging", "it decides in the exclusive group 'topic'")]
    [InlineData("Stacking", "it decides in the exclusive group 'topic'")]
    public void A_label_of_an_exclusive_group_is_refitted(string method, string reason)
    {
        var round = Round(Enum.Parse<LearningMethod>(method));
        Use(Run(round, 0, 80).Head! with { Group = "topic" });
        var next = Run(round, 80, 40);
        Assert.Equal($"a refit and not {method}: {reason}", next.Made);
        Assert.Equal(120, Texts(next.Head!));
    }

    [Fact]
    public void Stacking_is_a_refit_where_the_head_in_use_cannot_be_folded_or_asked()
    {
        var round = Round(LearningMethod.Stacking);
        var head = Run(round, 0, 80).Head!;
        Use(head with { Feature = "layer1" });
        Assert.Equal(
            "a refit and not Stacking: the head in use is on layer1", Run(round, 80, 20).Made);
        // Published by hand just now: it may have seen all the answers that there are.
        Use(head with { Version = 5, Bias = head.Bias + 0.01f });
        Assert.Equal(
            "a refit and not Stacking: it takes 20 texts of either answer by which v5 and a refit were both judged",
            Run(round, 100, 20).Made);
    }

    public void Dispose()
    {
        loaded.Dispose();
        store.Dispose();
    }

    private TrainingRound Round(LearningMethod method, string feature = "mean") => new(
        store, (_, texts, _) => TextTraining.Encode(loaded, texts, quiet: true), loaded, champions,
        new LearnSection { Feature = feature, Method = method }, "heads", TimeProvider.System);

    private RoundOutcome Run(TrainingRound round, int from, int count)
    {
        store.Examples.Record(
            new LabelBatch([.. Enumerable.Range(from, count).Select(number => Answers.Of(number))], []));
        return Assert.Single(round.Run([.. store.Examples.Labels()], TestContext.Current.CancellationToken));
    }

    /// <summary>The heads topic has it now, and everything else was sent.</summary>
    private void Use(Head head)
    {
        champions.Take(
        [
            new SourceRecord
            {
                Topic = "heads",
                Partition = 0,
                Offset = offset++,
                Key = "refund"u8.ToArray(),
                Value = HeadJson.Serialize(head),
                Headers = [],
                TimestampMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            },
        ]);
        store.Outbox.Sent(store.Outbox.Next(10));
    }

    private static int Texts(Head head) => head.Training!.Positives + head.Training.Negatives;
}
