using System.Globalization;
using Worker.Learning.Evaluating;

namespace Worker.Terminal;

/// <summary>Says how often decisions are right, by their confidence; lines of at most 78 columns.</summary>
internal static class ConfidenceReport
{
    public static IEnumerable<string> Lines(ConfidenceFigures figures)
    {
        var all = figures.All.All;
        yield return $"{"confidence",-12} {"decisions",11} {"share",7} {"wrong",7}";
        yield return Line("certified", figures.Certified, all);
        yield return Line("likely", figures.Likely, all);
        yield return Line("uncertain", figures.Uncertain, all);
        if (figures.All.Wrong > 0)
            yield return $"the {(double)figures.Uncertain.All / all:P1} that are uncertain hold " +
                $"{figures.FoundByUncertain:P0} of the wrong ones; of the rest " +
                $"{(figures.Certified + figures.Likely).Error:P1} are wrong";
        var texts = figures.Texts;
        if (texts.All == 0)
            yield break;
        yield return $"of {texts.All:N0} messages {figures.TextsWithYes:N0} have a yes; {1 - texts.Error:P0} are " +
            "right in every label";
        yield return $"{figures.SureTexts.All:N0} have no uncertain label, of these {1 - figures.SureTexts.Error:P0} " +
            "are right in every label";
    }

    private static string Line(string name, Judged judged, long all) =>
        $"{name,-12} {judged.All,11:N0} {(all == 0 ? 0 : (double)judged.All / all),7:P1} " +
        $"{(judged.All == 0 ? "-" : judged.Error.ToString("P1", CultureInfo.InvariantCulture)),7}";
}
