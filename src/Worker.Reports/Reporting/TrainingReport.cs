using System.Globalization;
using System.Xml.Linq;
using Worker.Learning.Overfitting;
using Worker.Reports.Plotting;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>A training as a page: whether more answers would help, and which heads overfit.</summary>
/// <param name="Facts">What was trained on what: names and values below the heading.</param>
/// <param name="Labels">At least one.</param>
internal sealed record TrainingReport(
    IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<TrainedLabel> Labels)
{
    private const string Definitions =
        "Held-out figures are of texts that a fit has not seen (cross-fitting); copies of a text count once. Losses " +
        "are mean log-losses before calibration, in nats. Learning curves: fits on nested shares of the examples, " +
        "measured on the same held-out texts; the total penalty is the same for each share; sampling, class weights " +
        "and altered copies are left out. Bars: twice the standard error over the parts of the held-out texts. The " +
        "page is one file: it loads nothing and runs no script.";

    /// <summary>Where the loss of a label is highest first: there is most to gain.</summary>
    private readonly IReadOnlyList<TrainedLabel> worstFirst =
        [.. Labels.OrderByDescending(label => label.Diagnosis.HeldOut / label.Diagnosis.Constant)];

    /// <summary>Writes the page; the stream is left open.</summary>
    public void Write(Stream output)
    {
        var axes = new SharedAxes();
        Markup.Write(output, Page.Of(
            "Training report", Facts,
            [
                Summary(), Curves(axes), Table(),
                new PageSection("details", "Label by label", [
                    worstFirst.Select((label, i) => Detail(label, i, axes)).ToArray(),
                ]),
            ],
            axes, Definitions));
    }

    private PageSection Summary()
    {
        var (help, overfit) = (Labels.Count(label => label.Diagnosis.MoreHelps), Labels.Count(
            label => label.Diagnosis.Overfits));
        return new PageSection("summary", "Summary",
        [
            Tables.Cards(
            [
                ("labels that more answers would help", Tables.Count(help), $"of {Tables.Count(Labels.Count)}"),
                ("labels that overfit", Tables.Count(overfit), $"of {Tables.Count(Labels.Count)}"),
                ("held-out log-loss, mean over labels",
                    Tables.Small(Labels.Average(label => label.Diagnosis.HeldOut)),
                    $"by the label's frequency alone {Tables.Small(Labels.Average(l => l.Diagnosis.Constant))}"),
                ("training loss, mean over labels", Tables.Small(Labels.Average(label => label.Diagnosis.Training)),
                    "on the examples that a fit saw"),
                ("F1, mean over labels", Tables.Number(Labels.Average(label => label.Figures.F1)), "held-out texts"),
                ("average precision", Tables.Number(Labels.Average(label => label.Figures.AveragePrecision)),
                    "mean over labels, held-out texts"),
            ]),
            E("p", A("class", "soft"),
                "More answers help a label whose held-out loss still falls, beyond chance and by 1% or more with " +
                "each doubling. A label overfits when a third or more of what its head gains on its own examples is " +
                "not there on held-out texts. That is no error: the penalty is the best of those tried. More answers " +
                "close the gap while the curve falls; where it is flat, the label needs clearer answers or another " +
                "encoder."),
        ]);
    }

    private PageSection Curves(SharedAxes axes) => new("curves", "All labels",
    [
        E("div", A("class", "plots"),
            LearningFigures.Losses(Mean(), "Log-loss and examples, mean over labels", axes),
            LearningFigures.AveragePrecision(Mean(), axes),
            LearningFigures.Gaps([.. Labels.Select(label => label.Diagnosis)], axes)),
    ]);

    private PageSection Table() => new("labels", "Labels",
    [
        E("p", A("class", "soft"), "The labels that gain least over their frequency first."),
        Tables.Table(
            ["label", "examples", "with it", "F1", "average precision", "training loss", "held-out loss", "gap",
                "frequency alone", "each doubling"],
            worstFirst.Select((label, i) => (object?[])
            [
                E("a", A("href", $"#label-{i}"), E("bdi", label.Figures.Label)),
                Tables.Count((long)label.Diagnosis.Examples),
                Tables.Count((long)label.Diagnosis.Positives),
                Tables.Meter(label.Figures.F1),
                Tables.Number(label.Figures.AveragePrecision),
                Tables.Small(label.Diagnosis.Training),
                Tables.Small(label.Diagnosis.HeldOut),
                label.Diagnosis.Overfits
                    ? E("span", A("class", "tag bad"), A("title", "overfits"), Tables.Small(label.Diagnosis.Gap))
                    : Tables.Small(label.Diagnosis.Gap),
                Tables.Small(label.Diagnosis.Constant),
                label.Diagnosis.MoreHelps
                    ? E("span", A("class", "tag good"), A("title", "more answers would help"), Fall(label.Diagnosis))
                    : Fall(label.Diagnosis),
            ])),
    ]);

    private static XElement Detail(TrainedLabel label, int place, SharedAxes axes)
    {
        var figures = label.Figures;
        return E("details",
            E("summary", E("b", E("bdi", figures.Label)), E("span", label.Diagnosis.Sentence)),
            // Inside the folded part, so that a browser opens it when it follows the link.
            E("div", A("class", "plots opened"), A("id", $"label-{place}"),
                LearningFigures.Losses(label.Curve.Points, "Log-loss and examples", axes),
                LearningFigures.AveragePrecision(label.Curve.Points, axes),
                figures.Path.Count < 2 ? null : LearningFigures.Penalties(figures, axes)));
    }

    /// <summary>"−3.1%": how the held-out loss changes.</summary>
    private static string Fall(FitDiagnosis diagnosis) =>
        (-100 * diagnosis.PerDoubling).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture) + "%";

    /// <summary>
    /// The mean curve; its parts are the means of each label's parts, as far as all labels have them.
    /// </summary>
    private IReadOnlyList<LearningPoint> Mean() => [.. Enumerable.Range(0, Labels[0].Curve.Points.Count).Select(i =>
    {
        var points = Labels.Select(label => label.Curve.Points[i]).ToList();
        return new LearningPoint(
            points.Average(point => point.Examples), points.Average(point => point.Positives),
            Parts(points, point => point.Training), Parts(points, point => point.HeldOut),
            Parts(points, point => point.AveragePrecision));
    })];

    private static double[] Parts(List<LearningPoint> points, Func<LearningPoint, IReadOnlyList<double>> values) =>
        [.. Enumerable.Range(0, points.Min(point => values(point).Count)).Select(part =>
            points.Average(point => values(point)[part]))];
}
