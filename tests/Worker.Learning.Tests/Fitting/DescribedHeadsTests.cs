using System.Numerics.Tensors;
using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class DescribedHeadsTests
{
    private const int Width = 24;
    private static readonly ParallelOptions TwoThreads = new() { MaxDegreeOfParallelism = 2 };

    private static readonly SortedDictionary<string, LabelDescription> Two = new(StringComparer.Ordinal)
    {
        ["late"] = new("the parcel has not come", ["where is my order"]),
        ["refund"] = new("wants money back", []),
    };

    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    public void A_head_ranks_texts_like_its_description_above_others_and_carries_it(int stream)
    {
        var random = new Random(7);
        // Rows: two texts of the first label, one of the second; then the stream, a tenth of it of either label.
        float[] values =
            [.. Point(0, random), .. Point(0, random), .. Point(1, random), .. Stream(stream, random)];
        var heads = DescribedHeads.Fit(Two, new FeatureMatrix(values, Width), "mean", "e", TwoThreads);
        Assert.Equal(["late", "refund"], heads.Select(head => head.Label));
        Assert.Equal(Two.Values, heads.Select(head => head.Described));
        Assert.All(heads, head => Assert.Equal((1, new Thresholds(0, 1, 1), (Certificate?)null),
            (head.Version, head.Thresholds, head.Certificate)));
        var test = new FeatureMatrix(Stream(400, random), Width);
        var p = HeadScorer.Probabilities(test, heads, "mean", "e");
        for (var label = 0; label < 2; label++)
        {
            var ranked = Enumerable.Range(0, 400).OrderByDescending(row => p[2 * row + label]).Take(20);
            var right = ranked.Count(row => row % 10 == label);
            // Chance finds two.
            Assert.True(right >= 12, $"{right} of 20 for label {label}");
        }
        // p is no probability, but in steps of 1/2000 it must tell the first texts apart: equal ones have no rank.
        for (var label = 0; label < 2; label++)
        {
            var steps = Enumerable.Range(0, 400).Select(row => (int)(2000 * p[2 * row + label]))
                .OrderDescending().Take(40).Distinct().Count();
            Assert.True(steps >= 30, $"{steps} steps for label {label}");
        }
    }

    [Fact]
    public void One_label_alone_needs_texts_of_the_stream()
    {
        var random = new Random(7);
        var one = new Dictionary<string, LabelDescription> { ["refund"] = Two["refund"] };
        Assert.Throws<ArgumentException>(() =>
            DescribedHeads.Fit(one, new FeatureMatrix(Point(1, random), Width), "mean", "e", TwoThreads));
        float[] values = [.. Point(1, random), .. Stream(100, random)];
        Assert.Single(DescribedHeads.Fit(one, new FeatureMatrix(values, Width), "mean", "e", TwoThreads));
    }

    [Fact]
    public void Pseudo_examples_weigh_less_with_each_positive_and_not_at_all_as_copies_of_answered_texts()
    {
        string[] texts =
            [.. Enumerable.Range(0, 40).Select(i => $"{Words.Of(i)} {Words.Of(i + 60)} {Words.Of(i + 200)}")];
        texts[39] = "Where is my ORDER?";
        // Label 0 has as many positives as make a pseudo-example weigh half; label 1 has none.
        var values = Enumerable.Range(0, 40).SelectMany(i =>
            new[] { i < PseudoExamples.HalfAt ? AnswerMatrix.Yes : AnswerMatrix.No, AnswerMatrix.No }).ToArray();
        var data = new DataSet(texts, ["late", "refund"], new AnswerMatrix(40, 2, values));
        var (words, pseudo) = PseudoExamples.Of(data, Two);
        Assert.Equal(["the parcel has not come", "wants money back"], words);
        Assert.Equal([new PseudoExample(0, 0.5f), new PseudoExample(1, 1)], pseudo);
    }

    [Fact]
    public void A_pseudo_example_is_fitted_to_and_never_judged()
    {
        var random = new Random(5);
        // Answers at random: only the pseudo-example says that the first direction means yes.
        var described = Point(0, random);
        float[] values = [.. Enumerable.Range(0, 60).SelectMany(_ => Noise(random)), .. described];
        var answers = Enumerable.Range(0, 60).Select(_ => (sbyte)random.Next(2)).ToArray();
        var data = new DataSet(MadeUp.Texts(60, random), ["late"], new AnswerMatrix(60, 1, answers));
        var options = new TrainingOptions { L2 = 0.1 };
        var features = new FeatureMatrix(values, Width);
        var with = HeadTrainer.Train(features, data, "mean", "e", options, derived: new() { Pseudo = [new(0, 5)] });
        var without = HeadTrainer.Train(features.Part([.. Enumerable.Range(0, 60)]), data, "mean", "e", options);
        double Logit(Head head) => TensorPrimitives.Dot<float>(described, head.Weights) + head.Bias;
        Assert.True(Logit(with.Heads[0]) > Logit(without.Heads[0]) + 0.5, $"{Logit(with.Heads[0])}");
        Assert.Equal(without.Figures[0].HeldOut.Rows, with.Figures[0].HeldOut.Rows);
        Assert.Equal(without.Heads[0].Training!.Positives, with.Heads[0].Training!.Positives);
    }

    /// <summary>Described heads do not start a real one, and are not its parent; its version follows.</summary>
    [Fact]
    public void A_head_from_answers_owes_the_described_one_only_its_version()
    {
        var simulated = Simulated.Draw(rows: 200, width: 8, labels: 1, seed: 1, strength: 2);
        var fresh = HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", new TrainingOptions()).Heads[0];
        var described = fresh with
        {
            Version = 4,
            Weights = [.. fresh.Weights.Select(weight => -3 * weight)],
            Described = Two["refund"],
        };
        var next = HeadTrainer.Train(
            simulated.Features, simulated.Data, "mean", "e", new TrainingOptions(), [described]).Heads[0];
        Assert.Equal((5, null, null), (next.Version, next.Parent, next.Described));
        Assert.Equal(fresh.Weights, next.Weights);
    }

    /// <summary>Every tenth row is of label 0, the row after it of label 1.</summary>
    private static float[] Stream(int rows, Random random) => [.. Enumerable.Range(0, rows)
        .SelectMany(row => row % 10 < 2 ? Point(row % 10, random) : Noise(random))];

    private static float[] Point(int direction, Random random)
    {
        var point = Noise(random);
        point[direction] += 4;
        return point;
    }

    private static float[] Noise(Random random) =>
        [.. Enumerable.Range(0, Width).Select(_ => (float)(random.NextDouble() + random.NextDouble() - 1))];
}
