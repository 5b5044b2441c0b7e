using System.Globalization;
using System.Xml.Linq;
using Worker.Learning.Experiments;
using Worker.Learning.Fitting;
using Worker.Learning.Overfitting;
using Worker.Reports.Plotting;

namespace Worker.Reports.Reporting;

/// <summary>The plots of learning curves and of the path of penalties.</summary>
internal static class LearningFigures
{
    /// <summary>
    /// Log-loss on the examples that fits saw, and on held-out texts, against the number of examples.
    /// </summary>
    public static XElement Losses(IReadOnlyList<LearningPoint> points, string title, SharedAxes axes)
    {
        var (training, heldOut) = (Estimates(points, p => p.Training), Estimates(points, p => p.HeldOut));
        var chart = new Chart(
            $"Log-loss against examples: held out {Tables.Small(heldOut[0].Mean)} with few, " +
            $"{Tables.Small(heldOut[^1].Mean)} with all; training {Tables.Small(training[^1].Mean)}",
            Examples(points), Axis.FromZero("log-loss", heldOut.Max(one => one.Mean + one.TwoErrors)));
        return Curve(Curve(chart, Ink.Second, "on its own examples", points, training), Ink.First, "held out", points,
            heldOut).Render(axes, title, "A falling blue line: more answers help. A wide gap: overfitting.");
    }

    /// <summary>Average precision on held-out texts against the number of examples.</summary>
    public static XElement AveragePrecision(IReadOnlyList<LearningPoint> points, SharedAxes axes)
    {
        var precision = Estimates(points, point => point.AveragePrecision);
        var chart = new Chart(
            $"Average precision against examples: {Tables.Number(precision[0].Mean)} with few, " +
            $"{Tables.Number(precision[^1].Mean)} with all", Examples(points), Axis.Share("average precision"));
        return Curve(chart, Ink.First, "held out", points, precision).Render(
            axes, "Average precision and examples", "How well held-out texts are ranked.");
    }

    /// <summary>Training and held-out log-loss along the path of penalties.</summary>
    public static XElement Penalties(LabelFigures figures, SharedAxes axes)
    {
        var chart = new Chart(
            $"Log-loss against the penalty; chosen {figures.L2.ToString("G2", CultureInfo.InvariantCulture)}",
            Penalty, Axis.FromZero(
                "log-loss", figures.Path.Max(step => Math.Max(step.HeldOut, step.Training))))
            .Rule(Ink.Faint, figures.L2, $"chosen: {figures.L2.ToString("G2", CultureInfo.InvariantCulture)}")
            .Line(Ink.Second, "on its own examples", figures.Path.Select(step => (step.L2, step.Training)))
            .Line(Ink.First, "held out", figures.Path.Select(step => (step.L2, step.HeldOut)));
        foreach (var step in figures.Path)
            chart.Point(Ink.First, step.L2, step.HeldOut, string.Create(CultureInfo.InvariantCulture,
                $"L2 {step.L2:G2}: held out {step.HeldOut:0.0000}, training {step.Training:0.0000}"));
        return chart.Render(axes, "Early stopping along the penalties",
            "From strong to weak; the search ends where the held-out loss rises.");
    }

    /// <summary>
    /// Each label by its training and its held-out loss, both as a share of what its frequency gives.
    /// </summary>
    public static XElement Gaps(IReadOnlyList<FitDiagnosis> labels, SharedAxes axes)
    {
        var maximum = labels.Max(label => Math.Max(label.HeldOut, label.Training) / label.Constant);
        var chart = new Chart(
            $"Held-out against training loss of {labels.Count} labels, {labels.Count(l => l.Overfits)} overfit",
            Axis.FromZero("training loss / frequency alone", maximum),
            Axis.FromZero("held-out loss / frequency alone", maximum))
            .Line(Ink.Faint, "no gap", [(0, 0), (maximum, maximum)], dashed: true)
            .Key(Ink.First, "labels");
        if (labels.Any(label => label.Overfits))
            chart.Key(Ink.Second, "overfit");
        foreach (var label in labels)
            chart.Point(label.Overfits ? Ink.Second : Ink.First, label.Training / label.Constant,
                label.HeldOut / label.Constant,
                $"{label.Label}: training {Tables.Small(label.Training)}, held out {Tables.Small(label.HeldOut)}");
        return chart.Render(axes, "Overfitting, label by label",
            "Losses as shares of what the label's frequency alone gives. Far above the line: overfits; near 1: " +
            "learns little.");
    }

    /// <summary>Strong to weak, the whole range that is searched.</summary>
    private static Axis Penalty { get; } = new(
        "penalty (L2), strong to weak",
        [.. Enumerable.Range(0, 5).Select(i => new Tick(i / 4.0, new[] { "1", ".1", ".01", ".001", "1e-4" }[i]))],
        l2 => Math.Clamp(-Math.Log10(l2) / 4, 0, 1));

    private static Axis Examples(IReadOnlyList<LearningPoint> points)
    {
        var (from, to) = (Math.Log(points[0].Examples), Math.Log(points[^1].Examples));
        double Place(double examples) => to > from ? Math.Clamp((Math.Log(examples) - from) / (to - from), 0, 1) : 0.5;
        // Beside all examples there is no room for the number of the point before.
        return new Axis("examples", [.. points.Select((point, i) => new Tick(
            Place(point.Examples), i == points.Count - 2 ? "" : Tables.Count((long)Math.Round(point.Examples))))],
            Place);
    }

    private static Estimate[] Estimates(
        IReadOnlyList<LearningPoint> points, Func<LearningPoint, IReadOnlyList<double>> values) =>
        [.. points.Select(point => Estimate.Of(values(point)))];

    private static Chart Curve(
        Chart chart, Ink ink, string name, IReadOnlyList<LearningPoint> points, Estimate[] estimates)
    {
        chart.Line(ink, name, points.Zip(estimates, (point, one) => (point.Examples, one.Mean)));
        foreach (var (point, one) in points.Zip(estimates))
            chart.Point(ink, point.Examples, one.Mean, string.Create(CultureInfo.InvariantCulture,
                $"{point.Examples:N0} examples, {point.Positives:N0} with it: {one.Mean:0.0000} ± " +
                $"{one.TwoErrors:0.0000}"),
                one.Mean - one.TwoErrors, one.Mean + one.TwoErrors);
        return chart;
    }
}
