using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Heads;
using Worker.Learning.Calibrating;
using Worker.Learning.Evaluating;
using Worker.Learning.Evaluating.Curves;

namespace Worker.Learning.Tests.Calibrating;

public class IsotonicTests
{
    [Fact]
    public void The_curve_rises_stays_within_bounds_and_keeps_the_share_of_yes()
    {
        Prop.ForAll(Rows().ToArbitrary(), rows =>
        {
            var curve = Isotonic.Fit(rows.Logits, rows.Answers).Curve!;
            Assert.InRange(curve.Logits.Count, 1, Isotonic.MaximumKnots);
            var p = rows.Logits.Order().Select(z => curve.At(z)).ToArray();
            Assert.Equal(p.Order(), p);
            Assert.All(p, value => Assert.InRange(value, 0, 1));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_no_two_parameters_can_say_isotonic_calibration_does()
    {
        var (logits, answers) = Bent(40_000);
        var (platt, isotonic) = (Platt.Fit(logits, answers), Isotonic.Fit(logits, answers));
        var (fresh, truth) = Bent(200_000, seed: 2);
        Assert.True(Ece(platt, fresh, truth) > 0.02);
        Assert.True(Ece(isotonic, fresh, truth) < 0.008);
        Assert.NotNull(Calibrator.Fit(CalibrationMethod.Auto, logits, answers).Curve);
        Assert.Null(Calibrator.Fit(CalibrationMethod.Platt, logits, answers).Curve);
    }

    [Fact]
    public void With_few_positives_it_is_Platts_whatever_is_asked_for()
    {
        var (logits, answers) = Bent(600);
        Assert.True(answers.Count(answer => answer) < Calibrator.IsotonicPositives);
        Assert.Null(Calibrator.Fit(CalibrationMethod.Isotonic, logits, answers).Curve);
        Assert.Null(Calibrator.Fit(CalibrationMethod.Auto, logits, answers).Curve);
    }

    [Fact]
    public void Reliability_has_bins_of_equal_mass_whose_gaps_are_the_calibration_error()
    {
        var (logits, answers) = Bent(1507);
        var p = Array.ConvertAll(logits, z => Calibration.Identity.Probability(z));
        var bins = ReliabilityDiagram.Of(new ScoredAnswers(p, answers)).Bins;
        Assert.Equal(15, bins.Count);
        Assert.Equal(1507, bins.Sum(bin => bin.Count));
        Assert.True(bins.Max(bin => bin.Count) - bins.Min(bin => bin.Count) <= 1);
        Assert.Equal(ProbabilityMetrics.CalibrationError(p, answers),
            bins.Sum(bin => bin.Count * Math.Abs(bin.MeanProbability - bin.Observed)) / 1507, 1e-9);
    }

    private static double Ece(Calibration calibration, float[] logits, bool[] answers) =>
        ProbabilityMetrics.CalibrationError(Array.ConvertAll(logits, z => calibration.Probability(z)), answers);

    /// <summary>The chance of a yes climbs in two steps, which no sigmoid does.</summary>
    private static (float[] Logits, bool[] Answers) Bent(int rows, int seed = 1)
    {
        var random = new Random(seed);
        var (logits, answers) = (new float[rows], new bool[rows]);
        for (var row = 0; row < rows; row++)
        {
            logits[row] = random.NextSingle() * 8 - 4;
            answers[row] = random.NextDouble() < 0.05 + 0.25 * Calibration.Identity.Probability(
                3 * (logits[row] + 2)) + 0.6 * Calibration.Identity.Probability(3 * (logits[row] - 2));
        }
        return (logits, answers);
    }

    internal static Gen<(float[] Logits, bool[] Answers)> Rows() =>
        from logits in Gen.Choose(-40, 40).NonEmptyListOf()
        from answers in Gen.Elements(true, false).ArrayOf(logits.Count)
        select (logits.Select(z => z / 10f).ToArray(), answers);
}
