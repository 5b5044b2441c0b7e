using System.Globalization;
using System.Xml.Linq;
using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Evaluating.Curves;
using Worker.Reports.Plotting;

namespace Worker.Reports.Reporting;

/// <summary>The plots of a <see cref="CurveSet"/> and a review curve.</summary>
internal static class CurveFigures
{
    /// <summary>Means of bins below this cannot be told apart on a plain axis.</summary>
    private const double Rare = 0.02;

    private static readonly (double, double)[] Diagonal = [(0, 0), (1, 1)];

    public static XElement PrecisionRecall(
        CurveSet curves, double averagePrecision, double prevalence, SharedAxes axes) =>
        new Chart($"Precision against recall; average precision {Tables.Number(averagePrecision)}",
            Axis.Share("recall"), Axis.Share("precision"))
            .Line(Ink.Faint, $"chance ({Tables.Number(prevalence)})", [(0, prevalence), (1, prevalence)], dashed: true)
            .Line(Ink.First, $"average precision {Tables.Number(averagePrecision)}", curves.PrecisionRecall.Select(p =>
                (p.X, p.Y)), stepped: true)
            .Render(axes, "Precision and recall", "How precision changes as recall rises.");

    public static XElement Roc(IReadOnlyList<OperatingPoint> roc, double? area, SharedAxes axes, string title = "ROC",
        string reading = "True positive rate against false positive rate, over all thresholds.") =>
        new Chart($"Receiver operating characteristic; area {Tables.Number(area ?? 0)}",
            Axis.Share("false positive rate"), Axis.Share("true positive rate"))
            .Line(Ink.Faint, "chance", Diagonal, dashed: true)
            .Line(Ink.First, area is { } known ? $"area {Tables.Number(known)}" : null,
                roc.Select(p => (p.X, p.Y)), stepped: true)
            .Render(axes, title, reading);

    public static XElement Reliability(ReliabilityDiagram before, ReliabilityDiagram after, SharedAxes axes)
    {
        var rare = after.Bins.Count(bin => bin.MeanProbability < Rare) > after.Bins.Count / 2;
        Func<string, Axis> axis = rare ? Axis.LogOdds : Axis.Share;
        var chart = new Chart(
                $"Reliability: calibration error {Tables.Small(before.Ece)} before, {Tables.Small(after.Ece)} after " +
                "calibration",
                axis("predicted probability"), axis("share that is yes"))
            .Line(Ink.Faint, "ideal", Diagonal, dashed: true)
            .Line(Ink.Second, $"before, ECE {Tables.Small(before.Ece)}", before.Bins.Select(bin =>
                (bin.MeanProbability, bin.Observed)))
            .Line(Ink.First, $"after, ECE {Tables.Small(after.Ece)}", after.Bins.Select(bin =>
                (bin.MeanProbability, bin.Observed)));
        foreach (var bin in before.Bins)
            chart.Point(Ink.Second, bin.MeanProbability, bin.Observed, Tip(bin));
        foreach (var bin in after.Bins)
            chart.Point(Ink.First, bin.MeanProbability, bin.Observed, Tip(bin), bin.Low, bin.High);
        return chart.Render(
            axes,
            "Reliability before and after calibration",
            $"{after.Bins.Count} bins of {(after.Bins.Count > 0 ? Counts(after.Bins) : "0")} rows each, with 95% " +
            "intervals; the diagonal is perfect." + (rare ? " Axes in log-odds, since yes is rare." : ""));
    }

    public static XElement Thresholds(CurveSet curves, Head head, SharedAxes axes)
    {
        var thresholds = head.Thresholds;
        var chart = new Chart(
            $"Precision, recall and F1 against the threshold; decision at {Tables.Number(thresholds.Decide)}",
            Axis.Share("threshold"), Axis.Share("precision, recall, F1"));
        if (head.Certificate is { } certificate)
        {
            if (certificate.No is not null)
                chart.Band(Ink.Second, 0, thresholds.Low, $"no, certified up to {Tables.Number(thresholds.Low)}");
            if (certificate.Yes is not null)
                chart.Band(Ink.First, thresholds.High, 1, $"yes, certified from {Tables.Number(thresholds.High)}");
        }
        else if (thresholds.High > thresholds.Low)
        {
            chart.Band(Ink.Faint, thresholds.Low, thresholds.High,
                $"uncertain, not certified: {Tables.Number(thresholds.Low)} to {Tables.Number(thresholds.High)}");
        }
        return chart
            .Rule(Ink.Faint, thresholds.Decide, $"decision at {Tables.Number(thresholds.Decide)}")
            .Line(Ink.First, "precision", curves.Thresholds.Select(p => (p.Threshold, p.Precision ?? double.NaN)))
            .Line(Ink.Second, "recall", curves.Thresholds.Select(p => (p.Threshold, p.Recall)))
            .Line(Ink.Third, "F1", curves.Thresholds.Select(p => (p.Threshold, p.F1)))
            .Render(axes, "Thresholds", "What another threshold would do." + (
                head.Certificate is { } shown
                    ? $" Shaded: decided without people, at most {Tables.Percent(shown.Error)} wrong per side " +
                        $"(certified with probability {Tables.Percent(1 - shown.Delta)})."
                    : ""));
    }

    public static XElement Histogram(ScoreHistogram histogram, SharedAxes axes)
    {
        var (yes, no) = (histogram.Yes.Sum(), histogram.No.Sum());
        var shares = histogram.Yes.Select(count => Share(count, yes))
            .Zip(histogram.No.Select(count => Share(count, no)))
            .ToArray();
        var upAndDown = Mirrored(
            "share of no ↓ and of yes ↑", shares.Max(share => Math.Max(share.First, share.Second)));
        var chart = new Chart(
            $"Probabilities of {yes} rows with and {no} without the label", Axis.Share("probability"), upAndDown);
        for (var bin = 0; bin < shares.Length; bin++)
        {
            var (from, to) = ((double)bin / shares.Length, (bin + 1.0) / shares.Length);
            var range = string.Create(CultureInfo.InvariantCulture, $"p {from:0.00} to {to:0.00}");
            if (histogram.Yes[bin] > 0)
                chart.Bar(
                    Ink.First, from, to, 0, shares[bin].First, $"{range}: {Tables.Count(histogram.Yes[bin])} yes");
            if (histogram.No[bin] > 0)
                chart.Bar(
                    Ink.Second, from, to, -shares[bin].Second, 0, $"{range}: {Tables.Count(histogram.No[bin])} no");
        }
        return chart.Key(Ink.First, $"{Tables.Count(yes)} yes").Key(Ink.Second, $"{Tables.Count(no)} no")
            .Render(axes, "Scores by true answer", "The further apart the better: yes to the right, no to the left.");
    }

    /// <summary>Shares up and down from the middle, to the next round share.</summary>
    private static Axis Mirrored(string title, double maximum)
    {
        var end = new[] { 0.05, 0.1, 0.2, 0.5 }.FirstOrDefault(round => maximum <= round, 1);
        return new Axis(
            title,
            [.. Enumerable.Range(-2, 5).Select(i =>
                new Tick((i + 2) / 4.0, i == 0 ? "0" : Tables.Percent(Math.Abs(i) * end / 2)))],
            value => (Math.Clamp(value / end, -1, 1) + 1) / 2);
    }

    public static XElement Review(ReviewCurve review, bool exclusive, SharedAxes axes)
    {
        var unit = exclusive ? "texts" : "decisions";
        var maximum = Math.Max(review.Points[0].Error, review.Points.Max(p => p.AutomaticError));
        return new Chart(
            $"Share of texts answered by people against the share of {unit} left wrong",
            Axis.Share("share of texts answered by people"), Axis.FromZero($"share of {unit} wrong", maximum))
            .Line(Ink.Faint, "texts drawn at random", review.Points.Select(p => (p.Share, p.RandomError)), dashed: true)
            .Line(Ink.First, "riskiest texts first", review.Points.Select(p => (p.Share, p.Error)))
            .Line(Ink.Second, "among the automatic ones only", review.Points.SkipLast(1).Select(p =>
                (p.Share, p.AutomaticError)))
            .Render(axes, "Review share against error", "People answer some texts correctly: what stays wrong?");
    }

    /// <summary>Each label as a point: how many texts have it, how well it is found.</summary>
    public static XElement Labels(IReadOnlyList<LabelMetrics> labels, SharedAxes axes)
    {
        var found = labels.Where(label => label.Support > 0).ToArray();
        var minimum = Math.Log10(Math.Max(1, found.Min(l => l.Support)));
        var maximum = Math.Log10(found.Max(l => l.Support));
        var (from, to) = (Math.Floor(minimum), Math.Max(Math.Ceiling(maximum), Math.Floor(minimum) + 1));
        var support = new Axis(
            "texts that have the label",
            [.. Enumerable.Range(0, (int)(to - from) + 1).Select(i =>
                new Tick(i / (to - from), Tables.Count((long)Math.Pow(10, from + i))))],
            count => Math.Clamp((Math.Log10(count) - from) / (to - from), 0, 1));
        var chart = new Chart("F1 of each label against the number of texts that have it", support, Axis.Share("F1"));
        foreach (var label in found)
            chart.Point(
                Ink.First, label.Support, label.F1,
                $"{label.Label}: F1 {Tables.Number(label.F1)}, {Tables.Count(label.Support)} texts");
        return chart.Render(axes, "Labels", "How well each label is found, by how many texts have it.");
    }

    private static string Counts(IReadOnlyList<CalibrationBin> bins)
    {
        var (minimum, maximum) = (bins.Min(bin => bin.Count), bins.Max(bin => bin.Count));
        return minimum == maximum ? Tables.Count(minimum) : $"{Tables.Count(minimum)} to {Tables.Count(maximum)}";
    }

    private static string Tip(CalibrationBin bin) =>
        $"{Tables.Count(bin.Count)} rows: predicted {Tables.Number(bin.MeanProbability)}, observed " +
        $"{Tables.Number(bin.Observed)}";

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
