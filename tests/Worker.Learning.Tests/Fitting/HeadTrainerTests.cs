using Worker.Core.Heads;
using Worker.Learning.Calibrating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Saving;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class HeadTrainerTests
{
    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(0.003, 0)]
    [InlineData(0.01, 0.4)]
    public void Heads_are_those_of_Newtons_method(double l2, double unknown)
    {
        var simulated = Simulated.Draw(rows: 600, width: 12, labels: 3, seed: 11, strength: 2, unknown: unknown);
        var result = Train(simulated, new TrainingOptions { L2 = l2, Tolerance = 1e-6 });
        var (x, raw) = (Reference.Standardised(simulated.Features), simulated.Features);
        for (var label = 0; label < 3; label++)
        {
            var expected = Reference.Newton(x, simulated.Data.Answers, label, l2);
            var head = result.Heads[label];
            for (var k = 0; k < 12; k++)
            {
                var deviation = (x[1][k] - x[0][k]) / (raw.Row(1)[k] - raw.Row(0)[k]);
                Assert.Equal(expected[k], head.Weights[k] / deviation, 1e-4);
            }
            for (var row = 0; row < 600; row += 50)
                Assert.Equal(x[row].Zip(expected, (a, b) => a * b).Sum(), Logit(head, raw.Row(row)), 5e-4);
        }
    }

    [Fact]
    public void Labels_that_are_answered_on_the_same_texts_keep_their_rows_once()
    {
        var simulated = Simulated.Draw(rows: 300, width: 6, labels: 3, seed: 12);
        var figures = Train(simulated, new TrainingOptions()).Figures;
        Assert.Equal(Enumerable.Range(0, 300), figures[0].HeldOut.Rows);
        Assert.All(figures, label => Assert.Same(figures[0].HeldOut.Rows, label.HeldOut.Rows));
    }

    [Fact]
    public void A_label_gets_the_same_head_whichever_others_are_trained_with_it()
    {
        // All together are more than one group of fits; a few are less than a tile.
        var simulated = Simulated.Draw(rows: 300, width: 6, labels: 70, seed: 15, unknown: 0.2);
        var together = Train(simulated, new TrainingOptions());
        Assert.Equal(70, together.Heads.Count);
        foreach (var labels in simulated.Data.Labels.Chunk(9))
        {
            var apart = HeadTrainer.Train(
                simulated.Features, simulated.Data.WithLabels(labels), "mean", "e",
                new TrainingOptions());
            foreach (var (head, figures) in apart.Heads.Zip(apart.Figures))
            {
                var at = together.Heads.ToList().FindIndex(one => one.Label == head.Label);
                Assert.Equal(together.Heads[at].Weights, head.Weights);
                Assert.Equal(together.Heads[at].Bias, head.Bias);
                Assert.Equal(together.Heads[at].Calibration.Slope, head.Calibration.Slope);
                Assert.Equal(together.Heads[at].Thresholds, head.Thresholds);
                Assert.Equal(together.Figures[at].L2, figures.L2);
                Assert.Equal(together.Figures[at].HeldOut.Probabilities, figures.HeldOut.Probabilities);
            }
        }
    }

    [Fact]
    public void Calibration_is_of_the_stream_where_answers_stand_for_unequal_numbers_of_texts()
    {
        // Every yes was found, and a tenth of the no was drawn.
        var simulated = Simulated.Draw(rows: 6000, width: 6, labels: 1, seed: 13, bias: -2);
        var random = new Random(14);
        var asked = new AnswerMatrix(6000, 1, [.. Enumerable.Range(0, 6000).Select(row =>
            simulated.Data.Answers[row, 0] == AnswerMatrix.Yes || random.NextDouble() < 0.1
                ? simulated.Data.Answers[row, 0] : AnswerMatrix.Unknown)]);
        var weighted = Mean(new DerivedExamples { Weights = (row, _) => asked[row, 0] == AnswerMatrix.No ? 10 : 1 });
        var truth = simulated.Probabilities.Average();
        Assert.Equal(truth, weighted, 0.02);
        Assert.True(Mean(null) > 2 * truth);

        double Mean(DerivedExamples? derived)
        {
            var head = Assert.Single(HeadTrainer.Train(
                simulated.Features, simulated.Data.WithAnswers(asked), "mean", "bench", new TrainingOptions(),
                derived: derived).Heads);
            return Enumerable.Range(0, 6000).Average(row => head.Probability(simulated.Features.Row(row)));
        }
    }

    [Fact]
    public void A_penalty_given_as_C_is_the_same_penalty()
    {
        var simulated = Simulated.Draw(rows: 500, width: 8, labels: 1, seed: 2);
        var byC = Assert.Single(Train(simulated, new TrainingOptions { C = 0.05, Tolerance = 1e-6 }).Heads);
        var byL2 = Assert.Single(
            Train(simulated, new TrainingOptions { L2 = 1 / (0.05 * 500), Tolerance = 1e-6 }).Heads);
        Assert.All(byL2.Weights, (weight, k) => Assert.Equal(weight, byC.Weights[k], 1e-4));
    }

    [Fact]
    public void The_penalty_chosen_is_neither_end_of_the_path_when_both_are_bad()
    {
        // As many weights as a third of the rows: without a penalty the fit overfits, and with a heavy one it finds
        // nothing.
        var simulated = Simulated.Draw(rows: 600, width: 200, labels: 4, seed: 4, strength: 3, bias: 0);
        var automatic = Train(simulated, new TrainingOptions());
        Assert.All(automatic.Figures, figures => Assert.InRange(figures.L2, 0.002, 0.5));
        var best = automatic.Figures.Average(f => f.Before.LogLoss);
        foreach (var l2 in (double[])[1, 1e-4])
            Assert.True(
                Train(simulated, new TrainingOptions { L2 = l2 }).Figures.Average(f => f.Before.LogLoss) > best + 0.02);
    }

    [Fact]
    public void Trained_probabilities_are_near_the_true_ones_and_calibrated()
    {
        var simulated = Simulated.Draw(rows: 8000, width: 16, labels: 3, seed: 6, strength: 1.5);
        var result = Train(simulated, new TrainingOptions());
        var learnt = Probabilities(simulated, result.Heads);
        Assert.True(learnt.Zip(simulated.Probabilities, (a, b) => Math.Abs(a - b)).Average() < 0.02);
        Assert.All(result.Figures, figures =>
            Assert.True(figures.After.Ece < 0.04 && figures.Folds == 5 && figures.Remark is null));
    }

    [Theory]
    [InlineData(nameof(ClassWeights.Balanced))]
    [InlineData(nameof(ClassWeights.SquareRoot))]
    public void The_shift_that_class_weights_bring_is_taken_back(string name)
    {
        var weights = Enum.Parse<ClassWeights>(name);
        var simulated = Simulated.Draw(rows: 6000, width: 8, labels: 1, seed: 9, bias: -3.5);
        var result = Train(simulated, new TrainingOptions { ClassWeights = weights, L2 = 1e-3 });
        var share = simulated.Probabilities.Average();
        Assert.True(share < 0.08);
        // Without the calibration, which would undo any shift.
        Head[] uncalibrated = [.. result.Heads.Select(head => head with { Calibration = Calibration.Identity })];
        Assert.Equal(share, Probabilities(simulated, uncalibrated).Average(), 0.02);
        Assert.Equal(share, Probabilities(simulated, result.Heads).Average(), 0.01);
    }

    [Fact]
    public void Examples_are_cross_fitted_unless_there_are_plenty_and_the_figures_say_so()
    {
        var simulated = Simulated.Draw(rows: 100, width: 5, labels: 1, seed: 1, strength: 2);
        Assert.Equal(5, Assert.Single(Train(simulated, new TrainingOptions()).Figures).Folds);
        Assert.Equal(3, Assert.Single(Train(simulated, new TrainingOptions { Folds = 3 }).Figures).Folds);
        Assert.Equal(1, Assert.Single(Train(simulated, new TrainingOptions { CrossFitUpTo = 0 }).Figures).Folds);
        // 100 texts are more than 50, but a fifth of 50 must have the rarer answer too.
        var rarer = Math.Min(simulated.Data.Answers.Count(0).Positives, simulated.Data.Answers.Count(0).Negatives);
        Assert.Equal(rarer >= 10 ? 1 : 5,
            Assert.Single(Train(simulated, new TrainingOptions { CrossFitUpTo = 50 }).Figures).Folds);
        Assert.Equal(5,
            Assert.Single(Train(simulated, new TrainingOptions { CrossFitUpTo = 5 * rarer + 1 }).Figures).Folds);
    }

    [Fact]
    public void Labels_without_examples_enough_are_reported_and_the_others_go_on_unharmed()
    {
        var simulated = Simulated.Draw(rows: 300, width: 5, labels: 4, seed: 12, bias: 0);
        var values = new sbyte[300 * 4];
        for (var row = 0; row < 300; row++)
            for (var label = 0; label < 4; label++)
                values[row * 4 + label] = label switch
                {
                    1 => AnswerMatrix.Yes,
                    2 => row < 4 ? AnswerMatrix.Yes : AnswerMatrix.No,
                    _ => simulated.Data.Answers[row, label],
                };
        var data = new DataSet(simulated.Data.Texts, simulated.Data.Labels, new AnswerMatrix(300, 4, values));
        var result = HeadTrainer.Train(simulated.Features, data, "mean", "e", new TrainingOptions());
        Assert.Equal(["label00", "label03"], result.Heads.Select(head => head.Label));
        Assert.Equal(["label01", "label02"], result.Problems.Select(problem => problem.Label));
        Assert.Contains("0 of its 300 answered texts are known not to have it", result.Problems[0].Reason,
            StringComparison.Ordinal);
        Assert.Contains("4 of its 300 answered texts have it", result.Problems[1].Reason, StringComparison.Ordinal);

        Assert.Empty(
            HeadTrainer.Train(
                simulated.Features, data.WithLabels(["label01"]), "mean", "e", new TrainingOptions()).Heads);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_on_any_number_of_threads_and_beside_any_labels()
    {
        var simulated = Simulated.Draw(rows: 2000, width: 33, labels: 21, seed: 3, unknown: 0.1);
        var one = Train(simulated, new TrainingOptions { Seed = 7, Parallelism = 1 });
        var many = Train(simulated, new TrainingOptions { Seed = 7, Parallelism = 5 });
        Assert.Equal(one.Heads.Select(Bits), many.Heads.Select(Bits));

        var few = HeadTrainer.Train(
            simulated.Features, simulated.Only("label13", "label02"), "mean", "e", new TrainingOptions { Seed = 7 });
        Assert.Equal([Bits(one.Heads[13]), Bits(one.Heads[2])], few.Heads.Select(Bits));

        var other = Train(simulated, new TrainingOptions { Seed = 8 });
        Assert.NotEqual(Bits(one.Heads[0]), Bits(other.Heads[0]));
    }

    [Fact]
    public void Predictions_after_save_and_load_are_the_same_bit_for_bit()
    {
        var simulated = Simulated.Draw(rows: 400, width: 20, labels: 3, seed: 14);
        var heads = Train(simulated, new TrainingOptions()).Heads;
        using var folder = Repository.Temporary();
        HeadFile.Write(folder.File("heads.jsonl"), heads);
        var loaded = HeadFile.Read(folder.File("heads.jsonl"));
        Assert.Equal(heads.Select(Bits), loaded.Select(Bits));
        Assert.Equal(
            Probabilities(simulated, heads).Select(BitConverter.DoubleToInt64Bits),
            Probabilities(simulated, loaded).Select(BitConverter.DoubleToInt64Bits));
    }

    [Theory]
    [InlineData(nameof(ClassWeights.None))]
    [InlineData(nameof(ClassWeights.Balanced))]
    public void A_later_version_starts_from_its_parent(string name)
    {
        var weights = Enum.Parse<ClassWeights>(name);
        var simulated = Simulated.Draw(rows: 1500, width: 60, labels: 2, seed: 15, strength: 2, bias: -2);
        var options = new TrainingOptions { L2 = 0.003, ClassWeights = weights };
        var parents = Train(simulated, options).Heads;
        // Only one step: a fit that starts at the solution is still there, one that starts at zero is not there yet.
        var hurried = options with { MaximumIterations = 1 };
        var next = HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", hurried,
            [parents[0] with { Version = 4 }, parents[1]]).Heads;
        Assert.True(Distance(parents, next) < 0.05);
        Assert.True(Distance(parents, Train(simulated, hurried).Heads) > 0.3);

        Assert.All(parents, head => Assert.Equal((1, null), (head.Version, head.Parent)));
        Assert.Equal((5, 4), (next[0].Version, next[0].Parent));
        Assert.Equal((2, 1), (next[1].Version, next[1].Parent));

        double Distance(IReadOnlyList<Head> a, IReadOnlyList<Head> b) => Enumerable.Range(0, 2).Max(label =>
            Enumerable.Range(0, 1500).Average(row =>
                Math.Abs(Logit(a[label], simulated.Features.Row(row)) - Logit(b[label], simulated.Features.Row(row)))));
    }

    [Fact]
    public void Progress_never_falls_and_ends_at_one()
    {
        var reports = new List<TrainingProgress>();
        Train(Simulated.Draw(
            rows: 400, width: 8, labels: 60, seed: 16), new TrainingOptions(), new Listener(reports.Add));
        Assert.Equal(reports.Select(r => r.Fraction).Order(), reports.Select(r => r.Fraction));
        Assert.Equal(new TrainingProgress(TrainingStage.Done, 1, 0, null), reports[^1]);
        Assert.Contains(reports, report => report is { Stage: TrainingStage.Selecting, L2: 0.1, Running: > 0 });
        Assert.Contains(reports, report => report.Stage == TrainingStage.Refitting);
    }

    [Fact]
    public void A_cancelled_training_stops()
    {
        using var stop = new CancellationTokenSource();
        var simulated = Simulated.Draw(rows: 400, width: 8, labels: 2, seed: 16);
        Assert.ThrowsAny<OperationCanceledException>(() => HeadTrainer.Train(
            simulated.Features, simulated.Data, "mean", "e", new TrainingOptions(), progress: new Listener(_ =>
                stop.Cancel()), cancellation: stop.Token));
    }

    [Fact]
    public void What_cannot_be_trained_on_is_refused_by_name()
    {
        var simulated = Simulated.Draw(rows: 50, width: 4, labels: 1, seed: 17);
        var head = new Head
        {
            Label = "label00",
            Version = 1,
            Encoder = "e",
            Feature = "mean",
            Weights = new float[4],
            Bias = 0,
        };
        TrainingResult From(Head parent) =>
            HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", new TrainingOptions(), [parent]);
        Assert.Contains(
            "encoder other", Assert.Throws<HeadRefusedException>(() =>
                From(head with { Encoder = "other" })).Message, StringComparison.Ordinal);
        // On another feature there is nothing to start from, but the version still rises.
        Assert.Equal(
            (2, null), (From(head with { Feature = "cls" }).Heads[0].Version,
            From(head with { Feature = "cls" }).Heads[0].Parent));
        Assert.Contains(
            "3 weights", Assert.Throws<HeadRefusedException>(() =>
                From(head with { Weights = new float[3] })).Message, StringComparison.Ordinal);

        Assert.Throws<ArgumentException>(() => new FeatureMatrix(new float[7], 4));
        var fewer = new FeatureMatrix(new float[4 * 49], 4);
        Assert.Contains(
            "49 texts", Assert.Throws<ArgumentException>(
                () => HeadTrainer.Train(
                    fewer, simulated.Data, "mean", "e", new TrainingOptions())).Message, StringComparison.Ordinal);

        var nothing = new DataSet([], ["x"], new AnswerMatrix(0, 1, []));
        Assert.Throws<ArgumentException>(() =>
            HeadTrainer.Train(new FeatureMatrix(Array.Empty<float>(), 4), nothing, "mean", "e", new TrainingOptions()));
    }

    [Fact]
    public void Options_out_of_range_are_all_listed()
    {
        Assert.Empty(new TrainingOptions().Problems());
        var bad = new TrainingOptions
        {
            L2 = -1,
            C = 0,
            L2Path = [0.1, 0.3],
            HeldOut = 0.9,
            CrossFitUpTo = -1,
            Folds = 1,
            MinimumExamples = 1,
            Thresholds = new() { ReviewShare = 1 },
            MaximumIterations = 0,
            Tolerance = double.NaN,
            Parallelism = -1,
            ClassWeights = (ClassWeights)9,
            Sampling = (Sampling)9,
            Calibration = (CalibrationMethod)9,
        };
        Assert.Equal(15, bad.Problems().Count);
        Assert.Throws<ArgumentException>(() => Train(Simulated.Draw(50, 2, 1, 1), bad));
    }

    private static TrainingResult Train(
        Simulated simulated, TrainingOptions options, IProgress<TrainingProgress>? progress = null) =>
        HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", options, progress: progress);

    private static double[] Probabilities(Simulated simulated, IReadOnlyList<Head> heads) =>
        HeadScorer.Probabilities(simulated.Features, heads, "mean", "e");

    private static double Logit(Head head, ReadOnlySpan<float> x)
    {
        double z = head.Bias;
        for (var k = 0; k < x.Length; k++)
            z += (double)head.Weights[k] * x[k];
        return z;
    }

    private static string Bits(Head head) => System.Text.Encoding.UTF8.GetString(HeadJson.Serialize(head));

    /// <summary>Progress on the calling thread: the framework's own posts it elsewhere, out of order.</summary>
    private sealed class Listener(Action<TrainingProgress> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told(value);
    }
}
