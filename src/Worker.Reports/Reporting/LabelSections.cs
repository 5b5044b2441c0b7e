using System.Xml.Linq;
using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Reports.Plotting;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>The classification report, and each label's own curves and mistakes, folded away until asked for.</summary>
internal static class LabelSections
{
    /// <summary>Rows of the table shown before the rest is folded away.</summary>
    private const int Shown = 30;

    private static readonly string[] Head = ["label", "F1", "precision", "recall", "average precision", "AUROC",
        "with it", "known", "threshold", "log-loss", "ECE"];

    public static PageSection Table(EvaluationReport report)
    {
        var rows = report.WorstFirst.Select(i => Row(report, i)).ToArray();
        var figures = report.Figures;
        object?[][] totals = [Total("macro", figures.Macro), Total("micro", figures.Micro)];
        return new PageSection("labels", "Labels",
        [
            E("p", A("class", "soft"),
                "Classification report, the lowest F1 first; a label's name leads to its curves and " +
                "mistakes."),
            Tables.Table(Head, [.. rows.Take(Shown), .. totals], totals: 2),
            rows.Length <= Shown
                ? null
                : E("details", E("summary", E("b", $"The {rows.Length - Shown} labels with a higher F1")),
                    Tables.Table(Head, rows.Skip(Shown))),
        ]);
    }

    public static PageSection Details(EvaluationReport report, SharedAxes axes) => new("details", "Label by label",
        [
        report.WorstFirst.Count < 13
            ? null
            : E("details", E("summary", E("b", "Index by name")), E("ul", A("class", "index"), report.WorstFirst
            .OrderBy(i => report.Figures.Labels[i].Label, StringComparer.OrdinalIgnoreCase)
            .Select(i => E("li", Link(report, i))))),
        report.WorstFirst.Select(i => Detail(report, i, axes)).ToArray(),
    ]);

    /// <summary>
    /// A label's name as a link to its details. The address uses the column, not the name, because names may contain
    /// anything.
    /// </summary>
    public static XElement Link(EvaluationReport report, int column) =>
        E("a", A("href", $"#label-{column}"), E("bdi", report.Figures.Labels[column].Label));

    /// <summary>What certificates cover, compared with what they promise.</summary>
    private static XElement Certified(Head head, CertifiedDecisions certified) => Tables.Table(
        ["certified", "share", "wrong", "promised"],
        [
            ["yes", Share(certified.Yes, certified), Wrong(certified.Yes),
                Promise(head.Certificate, head.Certificate?.Yes)],
            ["no", Share(certified.No, certified), Wrong(certified.No),
                Promise(head.Certificate, head.Certificate?.No)],
        ]);

    private static string Share(Judged side, CertifiedDecisions certified) =>
        Tables.Percent(certified.Rows == 0 ? 0 : (double)side.All / certified.Rows);

    private static string Wrong(Judged side) =>
        side.All == 0 ? "–" : $"{Tables.Count(side.Wrong)} ({Tables.Percent(side.Error)})";

    private static object Promise(Certificate? certificate, CertifiedSide? side) => certificate is null || side is null
        ? "nothing"
        : E("span", A("class", "tag good"), A(
            "title",
            $"{side.Errors} errors in {side.Decided} decided of {side.Sample}, {certificate.Date:yyyy-MM-dd}"),
            $"≤ {Tables.Percent(certificate.Error)}");

    private static object?[] Row(EvaluationReport report, int column)
    {
        var m = report.Figures.Labels[column];
        return
        [
            Link(report, column),
            Tables.Meter(m.F1),
            Tables.Number(m.Precision),
            Tables.Number(m.Recall),
            m.Support == 0 ? "–" : Tables.Number(m.AveragePrecision),
            m.RocAuc is { } area ? Tables.Number(area) : "–",
            Tables.Count(m.Support),
            Tables.Count(m.Known),
            Tables.Number(m.Threshold),
            Tables.Small(m.LogLoss),
            Tables.Small(m.Ece),
        ];
    }

    private static object?[] Total(string name, AverageMetrics average) =>
        [name, Tables.Meter(average.F1), Tables.Number(average.Precision), Tables.Number(average.Recall),
            Tables.Number(average.AveragePrecision), "", "", "", "", "", ""];

    private static XElement Detail(EvaluationReport report, int column, SharedAxes axes)
    {
        var (m, detail) = (report.Figures.Labels[column], report.Detail.Labels[column]);
        var (curves, counts) = (detail.Curves, detail.Decisions);
        var plots = new List<XElement>();
        if (curves.PrecisionRecall.Count > 0)
            plots.Add(CurveFigures.PrecisionRecall(curves, m.AveragePrecision, (double)m.Support / m.Known, axes));
        if (curves.Roc.Count > 0)
            plots.Add(CurveFigures.Roc(curves.Roc, m.RocAuc, axes));
        if (curves.Thresholds.Count > 0)
            plots.Add(CurveFigures.Thresholds(curves, report.Texts.Heads[column], axes));
        plots.Add(CurveFigures.Reliability(curves.Before, curves.After, axes));
        plots.Add(CurveFigures.Histogram(curves.Histogram, axes));
        return E(
            "details",
            E("summary", E("b", E("bdi", m.Label)), E("span", $"F1 {Tables.Number(m.F1)}"), E("span",
                $"AP {Tables.Number(m.AveragePrecision)}"), E("span",
                $"{Tables.Count(m.Support)} of {Tables.Count(m.Known)}")),
            // Inside the folded part, so that a browser opens it when it follows the link.
            E("div", A("class", "plots opened"), A("id", $"label-{column}"), plots, E(
                "figure",
                E("figcaption", E("strong", "Decisions")),
                Tables.Table(["decided", "yes", "no"],
                [
                    ["has the label", Tables.Count(counts.TruePositives), Tables.Count(counts.FalseNegatives)],
                    ["does not have it", Tables.Count(counts.FalsePositives), Tables.Count(counts.TrueNegatives)],
                ]),
                Certified(report.Texts.Heads[column], detail.Certified))),
            MistakeSection.Examples(report, "Missed", detail.FalseNegatives, named: false),
            MistakeSection.Examples(report, "False positives", detail.FalsePositives, named: false));
    }
}
