using System.Numerics.Tensors;
using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class ImbalanceTests
{
    [Theory]
    [InlineData(nameof(Sampling.Under))]
    [InlineData(nameof(Sampling.Over))]
    [InlineData(nameof(Sampling.Smote))]
    public void The_shift_that_sampling_brings_is_taken_back(string name)
    {
        var sampling = Enum.Parse<Sampling>(name);
        var simulated = Simulated.Draw(rows: 6000, width: 8, labels: 1, seed: 9, bias: -3.5);
        var result = Train(simulated, new TrainingOptions { Sampling = sampling, L2 = 1e-3 });
        var share = simulated.Probabilities.Average();
        Assert.True(share < 0.08);
        // Without the calibration, which would undo any shift.
        Head[] uncalibrated = [.. result.Heads.Select(head => head with { Calibration = Calibration.Identity })];
        Assert.Equal(share, Probabilities(simulated, uncalibrated).Average(), 0.03);
        Assert.Equal(share, Probabilities(simulated, result.Heads).Average(), 0.01);
    }

    [Fact]
    public void Undersampling_leaves_fits_as_many_of_either_answer_and_what_is_judged_as_it_was()
    {
        var answers = Split(Sampling.Under, out var data, out var before);
        for (var fold = 1; fold <= 5; fold++)
        {
            var (positives, negatives) = answers.Weigh(0, without: fold);
            Assert.Equal(positives, negatives);
        }
        Assert.Equal(before, Enumerable.Range(0, data.Texts.Count).Select(row => answers[row, 0]));
        Assert.Equal(data.Answers.Count(0), answers.Count(0));
    }

    [Fact]
    public void Oversampling_weighs_both_answers_the_same_within_each_fold_so_nothing_of_a_fold_held_out_is_seen()
    {
        var answers = Split(Sampling.Over, out var data, out var before);
        for (var fold = 1; fold <= 5; fold++)
        {
            var (positives, negatives) = answers.Weigh(0, without: fold);
            Assert.Equal(positives, negatives);
        }
        Assert.Equal(before, Enumerable.Range(0, data.Texts.Count).Select(row => answers[row, 0]));
    }

    [Fact]
    public void A_synthetic_point_lies_between_two_examples_of_its_own_fold()
    {
        var simulated = Simulated.Draw(rows: 400, width: 3, labels: 1, seed: 5, bias: -2);
        var rows = new FittingRows(simulated.Features, simulated.Data, new DerivedExamples(),
            new TrainingOptions { Sampling = Sampling.Smote });
        rows.Split([0]);
        Assert.True(rows.Features.Rows > 500);
        for (var point = 400; point < rows.Features.Rows; point++)
        {
            var fold = rows.Answers[point, 0];
            Assert.InRange(fold, 1, 5);
            var x = rows.Features.Row(point).ToArray();
            var parents = Enumerable.Range(0, 400).Where(row => rows.Answers[row, 0] == fold)
                .Select(row => simulated.Features.Row(row).ToArray()).ToArray();
            Assert.Contains(parents, a => parents.Any(b => Between(a, x, b)));
        }
        for (var held = 1; held <= 5; held++)
            Assert.Equal(rows.Answers.Weigh(0, held).Negatives, rows.Answers.Weigh(0, held).Positives, 6.0);
    }

    [Theory]
    [InlineData(400, 2)]
    [InlineData(300, 12)]
    public void Labels_share_as_many_synthetic_points_as_there_are_texts_or_have_a_hundred_each(int texts, int labels)
    {
        var simulated = Simulated.Draw(rows: texts, width: 3, labels, seed: 7, bias: -3);
        var rows = new FittingRows(simulated.Features, simulated.Data, new DerivedExamples(),
            new TrainingOptions { Sampling = Sampling.Smote });
        rows.Split([.. Enumerable.Range(0, labels)]);
        var maximum = Math.Max(Smote.MinimumPoints, texts / labels);
        for (var label = 0; label < labels; label++)
            Assert.InRange(
                Enumerable.Range(texts, rows.Features.Rows - texts).Count(point =>
                    rows.Answers[point, label] != 0), 0, maximum);
        Assert.InRange(rows.Features.Rows - texts, 1, maximum * labels);
    }

    [Fact]
    public void Copies_of_a_text_are_held_out_with_it_and_never_judged()
    {
        var simulated = Simulated.Draw(rows: 300, width: 4, labels: 1, seed: 6);
        int[] sources = [7, 7, 250];
        var features = new float[303 * 4];
        simulated.Values.CopyTo(features, 0);
        foreach (var (source, i) in sources.Select((source, i) => (source, i)))
            simulated.Features.Row(source).CopyTo(features.AsSpan((300 + i) * 4));
        var rows = new FittingRows(new FeatureMatrix(features, 4), simulated.Data,
            new DerivedExamples { Sources = sources }, new TrainingOptions());
        rows.Split([0]);
        Assert.Equal(sources.Select(source => rows.Answers[source, 0]),
            Enumerable.Range(300, 3).Select(row => rows.Answers[row, 0]));
        Assert.Equal(simulated.Data.Answers.Count(0), rows.Answers.Count(0));
    }

    [Fact]
    public void Guessed_answers_weigh_by_how_sure_they_are_and_are_never_held_out()
    {
        var data = new DataSet(["a", "b", "c", "d", "e"], ["x"], new AnswerMatrix(5, 1, [1, 0, -1, -1, -1]));
        var rows = new FittingRows(new FeatureMatrix(new float[5], 1), data,
            new DerivedExamples { Scores = [0.1f, 0.1f, 0.9f, 0.25f, float.NaN] }, new TrainingOptions
            {
                MinimumExamples = 2,
                Folds = 2,
            });
        rows.Split([0]);
        Assert.Equal((1, 1), rows.Answers.Count(0));
        var (positives, negatives) = rows.Answers.Weigh(0, without: 0);
        Assert.Equal(1 + 4 * 0.4 * 0.4, positives, 1e-6);
        Assert.Equal(1 + 4 * 0.25 * 0.25, negatives, 1e-6);
        Assert.Equal(0, rows.Answers[4, 0]);
        // Known answers are people's answers, whatever a head says.
        Assert.True(rows.Answers[0, 0] > 0);
    }

    [Fact]
    public void Guesses_help_a_label_that_has_few_answers()
    {
        var simulated = Simulated.Draw(rows: 3000, width: 20, labels: 1, seed: 21, strength: 3, bias: 0);
        var values = Enumerable.Range(0, 3000).Select(row =>
            row < 60 ? simulated.Data.Answers[row, 0] : AnswerMatrix.Unknown).ToArray();
        var few = new DataSet(simulated.Data.Texts, simulated.Data.Labels, new AnswerMatrix(3000, 1, values));
        var truth = Array.ConvertAll(simulated.Probabilities, p => (float)p);
        var alone = HeadTrainer.Train(simulated.Features, few, "mean", "e", new TrainingOptions());
        var helped = HeadTrainer.Train(simulated.Features, few, "mean", "e", new TrainingOptions(),
            derived: new DerivedExamples { Scores = truth });
        Assert.True(Correlation(helped) > Correlation(alone) + 0.05);

        double Correlation(TrainingResult result) => TensorPrimitives.CosineSimilarity(
            Logits(Probabilities(simulated, result.Heads)), Logits(simulated.Probabilities));
        static double[] Logits(double[] p) => Array.ConvertAll(p, x => Math.Log(x / (1 - x)));
    }

    [Fact]
    public void A_text_whose_features_are_no_numbers_is_left_out_and_the_others_train_as_without_it()
    {
        var simulated = Simulated.Draw(rows: 400, width: 6, labels: 2, seed: 8, strength: 2);
        var clean = Train(simulated, new TrainingOptions());
        simulated.Values[6 * 31 + 2] = float.NaN;
        simulated.Values[6 * 77] = float.PositiveInfinity;
        var result = Train(simulated, new TrainingOptions());
        Assert.Equal(2, result.Heads.Count);
        var remark = Assert.Single(result.Remarks);
        Assert.Contains("2 of 400 texts are left out", remark, StringComparison.Ordinal);
        Assert.Contains("text 31", remark, StringComparison.Ordinal);
        Assert.Equal(398, result.Figures[0].Positives + result.Figures[0].Negatives);
        Assert.All(result.Heads.Zip(clean.Heads), pair =>
            Assert.True(TensorPrimitives.CosineSimilarity(pair.First.Weights, pair.Second.Weights) > 0.9));
    }

    [Fact]
    public void A_label_with_fewer_than_ten_positives_is_trained_and_remarked_on()
    {
        var simulated = Simulated.Draw(rows: 300, width: 5, labels: 1, seed: 3, bias: 0, strength: 4);
        var positives = 0;
        var values = Enumerable.Range(0, 300).Select(
            row => simulated.Data.Answers[row, 0] == AnswerMatrix.Yes && positives++ >= 7
                ? AnswerMatrix.Unknown
                : simulated.Data.Answers[row, 0]).ToArray();
        var result = HeadTrainer.Train(simulated.Features,
            new DataSet(simulated.Data.Texts, simulated.Data.Labels,
            new AnswerMatrix(300, 1, values)), "mean", "e", new TrainingOptions());
        Assert.Contains(
            "only 7 answered texts have it", Assert.Single(result.Figures).Remark, StringComparison.Ordinal);
        var interval = Assert.Single(result.Heads).Interval!;
        Assert.True(interval.Width(interval.Probabilities[^1]) > 0.1);
    }

    [Fact]
    public void Hundreds_of_labels_with_a_handful_of_positives_each_converge()
    {
        // Each label's few positives stand out in one direction of their own.
        const int rows = 20_000, labels = 120, width = 16;
        var random = new Random(4);
        var (values, answers) = (new float[rows * width], new sbyte[rows * labels]);
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        for (var label = 0; label < labels; label++)
            for (var positive = 0; positive < 6; positive++)
            {
                var row = label * 6 + positive;
                answers[row * labels + label] = 1;
                values[row * width + label % width] += 6;
                values[row * width + label / width] -= 4;
            }
        var data = new DataSet(new string[rows], [.. Enumerable.Range(0, labels).Select(label => $"label{label:000}")],
            new AnswerMatrix(rows, labels, answers));
        var result = HeadTrainer.Train(
            new FeatureMatrix(values, width), data, "mean", "e", new TrainingOptions { L2Path = [0.1, 0.01, 0.001] });
        Assert.Equal(labels, result.Heads.Count);
        Assert.All(result.Figures, figures => Assert.True(figures.Converged && figures.Remark is not null));
        Assert.True(result.Figures.Average(figures => figures.AveragePrecision) > 0.1);
    }

    private static CrossFitAnswers Split(Sampling sampling, out DataSet data, out sbyte[] before)
    {
        var simulated = Simulated.Draw(rows: 500, width: 3, labels: 1, seed: 5, bias: -2);
        data = simulated.Data;
        FittingRows Rows(Sampling which)
        {
            var rows = new FittingRows(
                simulated.Features, simulated.Data, new DerivedExamples(), new TrainingOptions { Sampling = which });
            rows.Split([0]);
            return rows;
        }
        var plain = Rows(Sampling.None);
        before = [.. Enumerable.Range(0, 500).Select(row => plain.Answers[row, 0])];
        return Rows(sampling).Answers;
    }

    private static bool Between(float[] a, float[] x, float[] b)
    {
        var (whole, parts) = (
            TensorPrimitives.Distance<float>(a, b), TensorPrimitives.Distance<float>(a, x)
            + TensorPrimitives.Distance<float>(x, b));
        return Math.Abs(whole - parts) < 1e-3 * (1 + whole);
    }

    private static TrainingResult Train(Simulated simulated, TrainingOptions options) =>
        HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", options);

    private static double[] Probabilities(Simulated simulated, IReadOnlyList<Head> heads) =>
        HeadScorer.Probabilities(simulated.Features, heads, "mean", "e");
}
