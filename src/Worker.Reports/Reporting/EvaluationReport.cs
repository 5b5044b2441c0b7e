using Worker.Learning.Evaluating;

namespace Worker.Reports.Reporting;

/// <summary>Everything that an evaluation page shows.</summary>
/// <param name="Facts">What was evaluated on what: names and values below the heading.</param>
/// <param name="Texts">The texts, for the mistakes.</param>
/// <param name="Figures">Figures per label and averages.</param>
/// <param name="Detail">Curves, confusions, slices, mistakes.</param>
/// <param name="Anomaly">How well unknown texts are separated from known ones; null if there are none.</param>
internal sealed record EvaluationReport(
    IReadOnlyList<(string Name, string Value)> Facts, EvaluatedTexts Texts, Evaluation Figures, EvaluationDetail Detail,
    AnomalyMetrics? Anomaly = null)
{
    /// <summary>
    /// Columns with an answered text, the lowest F1 first; labels without positives after those that have some.
    /// </summary>
    internal IReadOnlyList<int> WorstFirst { get; } =
        [.. Enumerable.Range(0, Figures.Labels.Count)
            .Where(i => Figures.Labels[i].Known > 0)
            .OrderBy(i => Figures.Labels[i].Support == 0)
            .ThenBy(i => Figures.Labels[i].F1)
            .ThenBy(i => Figures.Labels[i].AveragePrecision)];

    /// <summary>Writes the page; the stream is left open.</summary>
    public void Write(Stream output) => Plotting.Markup.Write(output, EvaluationPage.Of(this));
}
