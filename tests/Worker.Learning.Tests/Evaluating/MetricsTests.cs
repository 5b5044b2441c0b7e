using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Evaluating;

namespace Worker.Learning.Tests.Evaluating;

public class MetricsTests
{
    private static readonly Gen<(double P, bool Y)[]> Rows =
        (from p in Gen.Choose(0, 20)
         from y in ArbMap.Default.GeneratorFor<bool>()
         select (p / 20.0, y)).NonEmptyListOf()
            .Select(rows => rows.ToArray());

    [Fact]
    public void Average_precision_of_a_known_ranking()
    {
        // Yes at ranks 1 and 3 of 4: 1/2 · 1/1 + 1/2 · 2/3.
        Assert.Equal(
            0.5 + 1.0 / 3, RankingMetrics.AveragePrecision([0.9, 0.8, 0.7, 0.1], [true, false, true, false]), 1e-12);
        // The example of scikit-learn's documentation: 0.83.
        Assert.Equal(
            5.0 / 6, RankingMetrics.AveragePrecision([0.1, 0.4, 0.35, 0.8], [false, false, true, true]), 1e-12);
        // All tied: the share of positives.
        Assert.Equal(0.25, RankingMetrics.AveragePrecision([0.5, 0.5, 0.5, 0.5], [false, true, false, false]), 1e-12);
        Assert.Equal(0, RankingMetrics.AveragePrecision([0.5, 0.4], [false, false]));
    }

    [Fact]
    public void Average_precision_is_its_definition_over_all_thresholds() => Prop.ForAll(Rows.ToArbitrary(), rows =>
    {
        var (expected, recall) = (0.0, 0.0);
        double positives = rows.Count(r => r.Y);
        foreach (var threshold in rows.Select(r => r.P).Distinct().OrderDescending())
        {
            var yes = rows.Where(r => r.P >= threshold).ToArray();
            var truePositives = yes.Count(r => r.Y);
            expected += positives == 0 ? 0 : (truePositives / positives - recall) * truePositives / yes.Length;
            recall = positives == 0 ? 0 : truePositives / positives;
        }
        Assert.Equal(expected, RankingMetrics.AveragePrecision(P(rows), Y(rows)), 1e-9);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Area_under_the_ROC_curve_is_the_share_of_pairs_in_order() => Prop.ForAll(Rows.ToArbitrary(), rows =>
    {
        var pairs = (
            from yes in rows
            where yes.Y
            from no in rows
            where !no.Y
            select yes.P > no.P
                ? 1.0
                : yes.P == no.P ? 0.5
                : 0).ToArray();
        var auc = RankingMetrics.RocAuc(P(rows), Y(rows));
        Assert.Equal(pairs.Length == 0, auc is null);
        if (auc is not null)
            Assert.Equal(pairs.Average(), auc.Value, 1e-9);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Calibration_error_does_not_depend_on_the_order_of_rows() => Prop.ForAll(Rows.ToArbitrary(), rows =>
    {
        var reversed = rows.AsEnumerable().Reverse().ToArray();
        Assert.Equal(ProbabilityMetrics.CalibrationError(P(rows), Y(rows)),
            ProbabilityMetrics.CalibrationError(P(reversed), Y(reversed)), 1e-9);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Calibration_error_of_known_cases()
    {
        // Fifteen rows of different probability are fifteen bins of one.
        var p = Enumerable.Range(0, 15).Select(i => i / 20.0).ToArray();
        Assert.Equal(p.Average(), ProbabilityMetrics.CalibrationError(p, new bool[15]), 1e-12);
        // Half of those at 0.9 are right, all of those at 0.1 wrong: gaps 0.4 and 0.1.
        double[] two = [.. Enumerable.Repeat(0.1, 60), .. Enumerable.Repeat(0.9, 60)];
        bool[] answers = [.. new bool[60], .. Enumerable.Range(0, 60).Select(i => i % 2 == 0)];
        Assert.Equal(0.25, ProbabilityMetrics.CalibrationError(two, answers), 1e-9);
        Assert.Equal(0, ProbabilityMetrics.CalibrationError([], []));
    }

    [Fact]
    public void Calibration_error_of_calibrated_probabilities_is_near_zero_and_of_squeezed_ones_is_not()
    {
        var random = new Random(1);
        var p = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();
        var y = Array.ConvertAll(p, x => random.NextDouble() < x);
        Assert.True(ProbabilityMetrics.CalibrationError(p, y) < 0.006);
        // p/2 + 1/4 is off by |p − 1/2| / 2, on average 1/8.
        Assert.Equal(0.125, ProbabilityMetrics.CalibrationError(Array.ConvertAll(p, x => x / 2 + 0.25), y), 0.006);
    }

    [Fact]
    public void Log_loss_and_Brier_of_known_cases()
    {
        Assert.Equal(
            (-Math.Log(0.8) - Math.Log(0.9)) / 2, ProbabilityMetrics.LogLoss([0.8, 0.1], [true, false]), 1e-12);
        Assert.Equal((0.04 + 0.01) / 2, ProbabilityMetrics.Brier([0.8, 0.1], [true, false]), 1e-12);
        Assert.Equal(-Math.Log(1e-15), ProbabilityMetrics.LogLoss([0, 1], [true, false]), 1e-9);
    }

    [Fact]
    public void Confusion_counts_a_probability_on_the_threshold_as_yes()
    {
        var confusion = Confusion.Of([0.5, 0.49, 0.9, 0.1, 0.2], [true, true, false, false, false], 0.5);
        Assert.Equal(new Confusion(1, 1, 1, 2), confusion);
        Assert.Equal((0.5, 0.5, 0.5), (confusion.Precision, confusion.Recall, confusion.F1));
        Assert.Equal((0, 0, 0), (default(Confusion).Precision, default(Confusion).Recall, default(Confusion).F1));
    }

    private static double[] P((double P, bool Y)[] rows) => [.. rows.Select(r => r.P)];

    private static bool[] Y((double P, bool Y)[] rows) => [.. rows.Select(r => r.Y)];
}
