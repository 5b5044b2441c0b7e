using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Evaluating;
using Worker.Learning.Evaluating.Curves;

namespace Worker.Learning.Tests.Evaluating;

public class CurvesTests
{
    private static readonly Gen<(double P, bool Y)[]> Rows =
        (from p in Gen.Choose(0, 20)
         from y in ArbMap.Default.GeneratorFor<bool>()
         select (p / 20.0, y)).NonEmptyListOf()
            .Select(rows => rows.ToArray());

    [Fact]
    public void Precision_and_recall_of_a_known_ranking()
    {
        var points = OperatingCurves.PrecisionRecall(
            new ScoredAnswers([0.1, 0.9, 0.7, 0.8], [false, true, true, false]));
        Assert.Equal([0.9, 0.8, 0.7, 0.1], points.Select(p => p.Threshold));
        Assert.Equal([0.5, 0.5, 1, 1], points.Select(p => p.X));
        Assert.Equal([1, 0.5, 2.0 / 3, 0.5], points.Select(p => p.Y));
    }

    [Fact]
    public void Reliability_bins_agree_with_the_calibration_error_and_count_every_row_once() =>
        Prop.ForAll(Rows.ToArbitrary(), rows =>
    {
        var diagram = ReliabilityDiagram.Of(new ScoredAnswers(P(rows), Y(rows)));
        Assert.Equal(ProbabilityMetrics.CalibrationError(P(rows), Y(rows)), diagram.Ece, 1e-9);
        Assert.Equal(rows.Length, diagram.Bins.Sum(bin => bin.Count));
        Assert.True(
            diagram.Bins.Count <= 15 && diagram.Bins.Max(bin => bin.Count) - diagram.Bins.Min(bin => bin.Count) <= 1);
        Assert.Equal(rows.Count(r => r.Y), diagram.Bins.Sum(bin => bin.Observed * bin.Count), 1e-9);
        Assert.All(diagram.Bins, bin => Assert.True(bin.Low <= bin.Observed + 1e-9 && bin.Observed <= bin.High + 1e-9));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_area_under_the_ROC_points_is_the_area_reported() => Prop.ForAll(Rows.ToArbitrary(), rows =>
    {
        // Twenty-one distinct probabilities are too few for points to be left out within .01 on fewer than 100 rows.
        var kept = rows.Take(90).ToArray();
        var points = OperatingCurves.Roc(new ScoredAnswers(P(kept), Y(kept)));
        var area = points.Zip(points.Skip(1)).Sum(pair =>
            (pair.Second.X - pair.First.X) * (pair.First.Y + pair.Second.Y) / 2);
        if (RankingMetrics.RocAuc(P(kept), Y(kept)) is { } expected)
            Assert.Equal(expected, area, 1e-9);
        else
            Assert.Empty(points);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Thinned_points_stay_within_a_hundredth_of_the_whole_curve()
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, 20_000).Select(_ => random.NextDouble())
            .Select(p => (P: p, Y: random.NextDouble() < p * p)).ToArray();
        var points = OperatingCurves.Roc(new ScoredAnswers(P(rows), Y(rows)));
        Assert.InRange(points.Count, 50, 400);
        Assert.All(
            points.Zip(points.Skip(1)), pair =>
                Assert.True(pair.Second.X - pair.First.X < 0.0101 && pair.Second.Y - pair.First.Y < 0.0101));
        Assert.Equal((1, 1), (points[^1].X, points[^1].Y));
    }

    [Fact]
    public void The_threshold_curve_is_the_confusion_at_each_threshold() => Prop.ForAll(Rows.ToArbitrary(), rows =>
    {
        var curve = ThresholdCurve.Of(new ScoredAnswers(P(rows), Y(rows)));
        Assert.Equal(rows.Any(r => r.Y) ? 101 : 0, curve.Count);
        foreach (var point in curve)
        {
            var confusion = Confusion.Of(P(rows), Y(rows), point.Threshold);
            Assert.Equal((confusion.Recall, confusion.F1), (point.Recall, point.F1));
            Assert.Equal(
                confusion.TruePositives + confusion.FalsePositives == 0 ? null : confusion.Precision, point.Precision);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_histogram_has_every_row_in_its_bin()
    {
        var histogram = ScoreHistogram.Of(
            new ScoredAnswers([0, 0.049, 0.05, 0.99, 1], [true, false, true, false, true]));
        Assert.Equal((1, 1, 1), (histogram.Yes[0], histogram.Yes[1], histogram.Yes[^1]));
        Assert.Equal((1, 1), (histogram.No[0], histogram.No[^1]));
        Assert.Equal(5, histogram.Yes.Sum() + histogram.No.Sum());
    }

    [Fact]
    public void Asking_about_the_riskiest_texts_first_takes_away_their_errors()
    {
        // Four texts of two decisions; the riskiest has both wrong, the safest one.
        TextError[] errors = [new(0, 2, 0, 0.2), new(1, 2, 2, 0.9), new(2, 2, 1, 0.1), new(3, 2, 0, 0.3)];
        var curve = ReviewCurve.Of(errors);
        Assert.Equal((0.0, 3 / 8.0, 3 / 8.0, 3 / 8.0, 0.5), Point(curve, 0));
        Assert.Equal((0.25, 1 / 8.0, 3 / 8.0 * 0.75, 1 / 6.0, 0.25), Point(curve, 25));
        Assert.Equal((1.0, 0.0, 0.0, 0.0, 0.0), Point(curve, 100));
    }

    private static (double, double, double, double, double) Point(ReviewCurve curve, int at) =>
        (curve.Points[at].Share, curve.Points[at].Error, curve.Points[at].RandomError, curve.Points[at].AutomaticError,
            curve.Points[at].TextError);

    private static double[] P((double P, bool Y)[] rows) => [.. rows.Select(r => r.P)];

    private static bool[] Y((double P, bool Y)[] rows) => [.. rows.Select(r => r.Y)];
}
