using Worker.Learning.Evaluating;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>How often decisions of each confidence are right, by label decision and by text.</summary>
internal static class ConfidenceSection
{
    public static PageSection Of(ConfidenceFigures figures) => new("confidence", "Confidence",
        [
        E("p", A("class", "soft"),
            "Every decision is yes or no. Certified: a valid certificate covers it. Uncertain: the calibrated " +
            "chance that it is wrong is high, a reason to ask people. Likely: all others."),
        Tables.Table(
            ["confidence", "decisions", "share", "wrong", "of all wrong decisions"],
            [
                Row("certified", figures.Certified, figures.All),
                Row("likely", figures.Likely, figures.All),
                Row("uncertain", figures.Uncertain, figures.All),
                Row("all", figures.All, figures.All),
            ], totals: 1),
        Tables.Table(
            ["texts", "count", "share", "with a wrong decision", "of all such texts"],
            [
                Row("without an uncertain label", figures.SureTexts, figures.Texts),
                Row("with uncertain labels", figures.UnsureTexts, figures.Texts),
                Row("all", figures.Texts, figures.Texts),
            ], totals: 1),
    ]);

    private static object?[] Row(string name, Judged judged, Judged all) =>
    [
        name, Tables.Count(judged.All), Share(judged.All, all.All), judged.All == 0
            ? "–"
            : Tables.Percent(judged.Error), Share(judged.Wrong, all.Wrong),
    ];

    private static string Share(long part, long whole) => whole == 0 ? "–" : Tables.Percent((double)part / whole);
}
