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
                "Where probability and answer contradict each other most: the heads do not understand the text, or " +
                "the answer itself is wrong. Each label's own mistakes are with the label."),
            Examples(
                report, "False positives: a yes to a label that the text does not have",
                [.. labels.SelectMany(l => l.FalsePositives).OrderByDescending(w => w.Probability).Take(MaximumShown)],
                named: true),
            Examples(
                report, "False negatives: a no to a label that the text has",
                [.. labels.SelectMany(l => l.FalseNegatives).OrderBy(w => w.Probability).Take(MaximumShown)],
                named: true),
        ]);
    }

    /// <summary>A table of mistakes under a heading; null if there are none.</summary>
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
