using System.Globalization;
using System.Xml.Linq;
using Worker.Learning.Experiments;
using Worker.Reports.Plotting;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>An experiment as a page: the figures of each variant, over all labels and for each label.</summary>
/// <param name="Facts">What was compared on what: names and values below the heading.</param>
/// <param name="Result">The result.</param>
internal sealed record ExperimentReport(IReadOnlyList<(string Name, string Value)> Facts, ExperimentResult Result)
{
    private const int Shown = 30;

    private const string Definitions =
        "Every variant sees the same random splits; figures are of each split's test texts. Intervals and ±: mean ± " +
        "2 standard deviations over the splits. Finds mistakes: AUROC of the doubt about a decision (1 minus its " +
        "probability, or the spread of bagged heads) for its being wrong. Better or worse: the mean difference to " +
        "the base, split by split, is larger than two standard errors. The page is one file: it loads nothing and " +
        "runs no script.";

    /// <summary>Writes the page; the stream is left open.</summary>
    public void Write(Stream output) => Markup.Write(output, Page.Of(
        "Experiment", Facts,
        [
            new PageSection("variants", "Variants", [Variants()]),
            new PageSection("plots", "Plots", [E("div", A("class", "plots wide"), ExperimentMetric.All.Select(Plot))]),
            new PageSection("labels", "Labels",
            [
                E("p", A("class", "soft"),
                    "Average precision of each label; the variants differ most on the first ones."),
                Labels(),
            ]),
        ],
        new SharedAxes(), Definitions));

    private XElement Variants() => Tables.Table(
        ["variant", "macro F1", "macro AP", "log-loss", "ECE", "finds mistakes"],
        Result.Variants.Select(variant => (object?[])[
            E("span", E("b", variant.Name), E("br"), E("span", A("class", "soft"), variant.Description)),
            .. ExperimentMetric.All.Select(metric => Cell(variant, metric)),
            Number(Estimate.Of(variant.MistakeAuroc).Mean, 3) + (
                variant.SpreadAuroc.Count > 0
                    ? $" (by spread {Number(Estimate.Of(variant.SpreadAuroc).Mean, 3)})"
                    : "")]));

    private object?[] Cell(VariantResult variant, ExperimentMetric metric)
    {
        var figure = Pair(variant.Whole(metric), Digits(metric));
        return variant == Result.Variants[0] ? [figure] : variant.Verdict(Result.Variants[0], metric) switch
        {
            > 0 => [figure, " ", E("span", A("class", "tag good"), "better")],
            < 0 => [figure, " ", E("span", A("class", "tag bad"), "worse")],
            _ => [figure],
        };
    }

    private XElement Plot(ExperimentMetric metric)
    {
        var rows = Result.Variants.Select(variant => (Variant: variant, Estimate: variant.Whole(metric)))
            .Select(row => new NamedInterval(
            row.Variant.Name,
            row.Estimate.Mean - row.Estimate.TwoSigma,
            row.Estimate.Mean,
            row.Estimate.Mean + row.Estimate.TwoSigma,
            row.Variant == Result.Variants[0]
                ? Ink.Faint
                : row.Variant.Verdict(Result.Variants[0], metric) switch
                {
                    > 0 => Ink.Third,
                    < 0 => Ink.Second,
                    _ => Ink.First,
                })).ToArray();
        var name = metric.HigherIsBetter ? "macro " + metric.Name : metric.Name;
        return IntervalChart.Render(
            name, metric.HigherIsBetter
                ? "More is better. Grey: the base; green: better; orange: worse."
                : "Less is better. Grey: the base; green: better; orange: worse.",
            $"{name} of each variant with 2 standard deviations", name, rows);
    }

    private object?[] Labels()
    {
        var metric = ExperimentMetric.All[1];
        var labels = Enumerable.Range(0, Result.Labels.Count)
            .Select(i => (Label: i, Means: Result.Variants.Select(variant => variant.Label(metric, i).Mean).ToArray()))
            .OrderByDescending(
                row => row.Means.Where(double.IsFinite).DefaultIfEmpty(0).Max() - row.Means.Where(double.IsFinite)
                    .DefaultIfEmpty(0).Min())
            .Select(row => (object?[])[E("bdi", Result.Labels[row.Label]),
                .. row.Means.Select(mean => (object?)Number(mean, 3))])
            .ToArray();
        string[] head = ["label", .. Result.Variants.Select(variant => variant.Name)];
        return
        [
            Tables.Table(head, labels.Take(Shown)),
            labels.Length <= Shown
                ? null
                : E("details", E("summary", E("b", $"The other {labels.Length - Shown} labels")),
                    Tables.Table(head, labels.Skip(Shown))),
        ];
    }

    private static int Digits(ExperimentMetric metric) => metric.HigherIsBetter ? 3 : 4;

    private static string Pair(Estimate estimate, int digits) =>
        $"{Number(estimate.Mean, digits)} ± {Number(estimate.TwoSigma, digits)}";

    private static string Number(double value, int digits) =>
        double.IsFinite(value)
            ? value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : "–";
}
