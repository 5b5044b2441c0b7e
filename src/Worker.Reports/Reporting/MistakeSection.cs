using Worker.Learning.Evaluating;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>The most confident mistakes, with their texts.</summary>
internal static class MistakeSection
{
    private const int MaximumShown = 20;

    public static PageSection Of(EvaluationReport report)
    {
        var labels = report.Detail.Labels;
        return new PageSection("mistakes", "Most wrong",
        [
            E("p", A("class", "soft"),
                "Where probability and answer contradict each other most: what the heads do not understand, " +
                "or an answer that is wrong itself. Each label's own are with the label."),
            Examples(
                report, "Said wrongly: a yes to what the text has not",
                [.. labels.SelectMany(l => l.FalsePositives).OrderByDescending(w => w.Probability).Take(MaximumShown)],
                named: true),
            Examples(
                report, "Missed: a no to what the text has",
                [.. labels.SelectMany(l => l.FalseNegatives).OrderBy(w => w.Probability).Take(MaximumShown)],
                named: true),
        ]);
    }

    /// <summary>A table of mistakes under a heading; null when there are none.</summary>
    public static object?[]? Examples(
        EvaluationReport report, string heading, IReadOnlyList<WrongExample> examples, bool named) =>
        examples.Count == 0 ? null :
        [
            E("h3", heading),
            Tables.Table(
                named ? ["label", "p", "text"] : ["p", "text"],
                examples.Select(example => (object?[])[
                    .. named ? (object?[])[E("bdi", example.Label)] : [],
                    Tables.Number(example.Probability),
                    Tables.Text(report.Texts.Texts[example.Row])])),
        ];
}
