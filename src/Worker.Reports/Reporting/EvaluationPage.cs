using System.Xml.Linq;
using Worker.Reports.Plotting;

namespace Worker.Reports.Reporting;

/// <summary>Puts the sections of an evaluation report together.</summary>
internal static class EvaluationPage
{
    private const string Definitions =
        "Every figure is of texts with a known answer. Precision, recall and F1 of the decisions that a worker " +
        "makes; macro: plain mean over labels; micro: all decisions counted together. ECE: 15 bins of equal mass. " +
        "Average precision without interpolation. The page is one file: it loads nothing and runs no script.";

    public static XElement Of(EvaluationReport report)
    {
        var axes = new SharedAxes();
        List<PageSection> sections =
        [
            SummarySections.Summary(report),
            SummarySections.Curves(report, axes),
            ConfidenceSection.Of(report.Detail.Confidence),
            SummarySections.Review(report),
            LabelSections.Table(report),
        ];
        if (report.Detail.Confusions is { } confusions)
            sections.Add(ConfusionSection.Of(confusions));
        if (report.Anomaly is { } anomaly)
            sections.Add(AnomalySection.Of(anomaly, axes));
        sections.Add(SliceSection.Of(report.Detail));
        sections.Add(MistakeSection.Of(report));
        sections.Add(LabelSections.Details(report, axes));
        return Page.Of("Evaluation report", report.Facts, sections, axes, Definitions);
    }
}
