using System.Globalization;
using Worker.Learning.Evaluating;
using Worker.Reports.Plotting;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>Everything at a glance.</summary>
internal static class SummarySections
{
    /// <summary>Figures of fewer positives than this are mostly chance.</summary>
    private const int Few = 10;

    private const double Low = 0.5;
    private const int Named = 8;

    public static PageSection Summary(EvaluationReport report)
    {
        var (figures, detail) = (report.Figures, report.Detail);
        var (before, after) = (detail.Pooled.Before, detail.Pooled.After);
        var riskiest = detail.Review.Points[5];
        return new PageSection("summary", "Summary",
        [
            Tables.Cards(
            [
                ("macro F1", Tables.Number(figures.Macro.F1), PrecisionAndRecall(figures.Macro)),
                ("micro F1", Tables.Number(figures.Micro.F1), PrecisionAndRecall(figures.Micro)),
                ("macro average precision", Tables.Number(figures.Macro.AveragePrecision),
                    $"all pooled {Tables.Number(figures.Micro.AveragePrecision)}"),
                ("calibration error (ECE)", Tables.Small(after.Ece), $"before calibration {Tables.Small(before.Ece)}"),
                ("log-loss", Tables.Small(after.LogLoss), $"Brier {Tables.Small(after.Brier)}"),
                (report.Texts.Exclusive ? "texts with the right label" : "decisions right",
                    Tables.Percent(1 - detail.Review.Points[0].Error),
                    $"{Tables.Percent(1 - riskiest.Error)} when people answer the riskiest 5% of " +
                    $"{Tables.Count(detail.Review.Texts)} texts"),
            ]),
            E("h3", "What to look at first"),
            E("ul", A("class", "findings"), Findings(report).Select(finding => E("li", finding))),
        ]);
    }

    public static PageSection Curves(EvaluationReport report, SharedAxes axes)
    {
        var (pooled, micro) = (report.Detail.Pooled, report.Figures.Micro);
        var (p, y) = report.Texts.Known(report.Texts.Probabilities);
        return new PageSection("curves", "Curves",
        [
            E("p", A("class", "soft"),
                $"All {Tables.Count(p.Length)} decisions of {report.WorstFirst.Count} labels pooled; each " +
                "label's own are below."),
            E("div", A("class", "plots"),
                CurveFigures.PrecisionRecall(
                    pooled, micro.AveragePrecision, (double)y.Count(answer => answer) / p.Length, axes),
                CurveFigures.Roc(pooled.Roc, RankingMetrics.RocAuc(p, y), axes),
                CurveFigures.Reliability(pooled.Before, pooled.After, axes),
                CurveFigures.Histogram(pooled.Histogram, axes),
                CurveFigures.Review(report.Detail.Review, report.Texts.Exclusive, axes),
                report.Figures.Labels.Count(label => label.Support > 0) < 2
                    ? null
                    : CurveFigures.Labels(report.Figures.Labels, axes)),
        ]);
    }

    public static PageSection Review(EvaluationReport report)
    {
        var review = report.Detail.Review;
        var unit = report.Texts.Exclusive ? "texts" : "decisions";
        return new PageSection("review", "Review",
        [
            E("p", A("class", "soft"),
                "What stays wrong when people answer the riskiest texts correctly. " + (report.Texts.Exclusive
                    ? "Risk of a text: how weak its most probable label is, and how close the next one is."
                    : "Risk of a text: how many of its decisions are probably wrong, by its probabilities.")),
            Tables.Table(
                ["texts answered by people", $"{unit} wrong", "at random", "among automatic ones",
                    "texts with any wrong decision"],
                ((int[])[0, 1, 2, 5, 10, 20, 30, 50]).Select(share => review.Points[share]).Select(point => (object?[])[
                    Tables.Percent(point.Share), Fine(point.Error), Fine(point.RandomError),
                    Fine(point.AutomaticError), Tables.Percent(point.TextError)])),
        ]);
    }

    private static string Fine(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + "%";

    private static IEnumerable<object?[]> Findings(EvaluationReport report)
    {
        var labels = report.Figures.Labels;
        var confidence = report.Detail.Confidence;
        var any = false;
        foreach (var finding in Decided(report, confidence))
        {
            any = true;
            yield return [finding];
        }
        foreach (var (sentence, which) in ((string, Func<LabelMetrics, bool>)[])
        [
            ($"F1 below {Low} though {Few} or more texts have the label: ", m => m.Support >= Few && m.F1 < Low),
            ($"Fewer than {Few} texts have the label, so its figures are mostly chance: ", m => m.Support is > 0
                and < Few),
            ("No text has the label, so only false positives can be counted: ", m => m.Support == 0 && m.Known > 0),
            ("No answer in this file: ", m => m.Known == 0),
            ("Ranked no better than chance: ", m => m.RocAuc <= 0.5),
        ])
        {
            var found = Enumerable.Range(0, labels.Count).Where(i => which(labels[i])).OrderBy(i => labels[i].F1)
                .ToArray();
            if (found.Length == 0)
                continue;
            any = true;
            yield return [sentence,
                .. found.Take(Named).SelectMany(
                    (i, at) =>
                        (object?[])[at == 0 ? null : ", ",
                        labels[i].Known > 0
                            ? LabelSections.Link(report, i)
                            : labels[i].Label]), found.Length > Named ? $" and {found.Length - Named} more" : null];
        }
        var worse = report.Detail.Pooled.After.Ece > report.Detail.Pooled.Before.Ece + 0.01
            && Significance.IsCalibrationWorse(report.Texts);
        if (worse)
            yield return ["Calibration made the pooled calibration error larger than chance explains: the texts may " +
                "differ from those it was fitted on."];
        if (!any && !worse)
            yield return ["Nothing stands out."];
    }

    private static string PrecisionAndRecall(AverageMetrics average) =>
        $"precision {Tables.Number(average.Precision)}, recall {Tables.Number(average.Recall)}";

    /// <summary>Problems that a reader could miss, or figures that should not be trusted.</summary>
    private static IEnumerable<string> Decided(EvaluationReport report, ConfidenceFigures confidence)
    {
        if (confidence.TextsWithYes == 0 && confidence.Texts.All > 0)
            yield return "No text gets a yes of any label: the heads have too few examples, or the texts are of " +
                "another kind.";
        if (confidence.Certified.All == 0 && report.Texts.Heads.Any(head => head.Certificate is not null))
            yield return "No decision is certified: with Decisions:Mode Certified nothing would be decided. 'worker " +
                "train' says how many more answers each label needs.";
        var promised = report.Texts.Heads.Max(head => head.Certificate?.Error ?? 0);
        if (promised > 0 && Significance.IsAbove(confidence.Certified, promised))
            yield return $"Of the certified decisions {Tables.Percent(confidence.Certified.Error)} are wrong, more " +
                "than was promised and than chance explains: these texts differ from those of the certificates.";
        if (confidence.Uncertain.All > confidence.All.All / 4)
            yield return $"{Tables.Percent((double)confidence.Uncertain.All / confidence.All.All)} of all decisions " +
                "are uncertain: give more answers, or drop labels on which people themselves disagree.";
    }
}
