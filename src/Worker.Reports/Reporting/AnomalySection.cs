using Worker.Learning.Evaluating;
using Worker.Reports.Plotting;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>How well unknown texts are separated from known ones.</summary>
internal static class AnomalySection
{
    public static PageSection Of(AnomalyMetrics anomaly, SharedAxes axes) => new("anomaly", "Anomalies",
        [
        E("p", A("class", "soft"),
            $"{Tables.Count(anomaly.Unknown)} texts marked as unknown, compared with" +
            $" {Tables.Count(anomaly.Known)} known. At p ≤ {AnomalyMetrics.Level:0.00}," +
            $" {Tables.Percent(anomaly.UnknownFlagged)} of the unknown and" +
            $" {Tables.Percent(anomaly.KnownFlagged)} of the known ones are flagged."),
        E("div", A("class", "split"),
            CurveFigures.Roc(anomaly.Together.Roc, anomaly.Together.Auroc, axes, "All channels together",
                "Unknown texts found against known texts flagged."),
            Tables.Table(
                ["channel", "AUROC", "AUPR", "FPR at 95% found"],
                [
                    .. anomaly.Channels.OrderByDescending(channel => channel.Value.Auroc)
                        .Select(channel => Row(channel.Key, channel.Value)),
                    Row("all together", anomaly.Together),
                ], totals: 1)),
    ]);

    private static object?[] Row(string name, SeparationMetrics metrics) =>
        [name, Tables.Number(metrics.Auroc), Tables.Number(metrics.Aupr), Tables.Number(metrics.Fpr95)];
}
