using System.Globalization;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Results;
using static Worker.Terminal.TextColumns;

namespace Worker.Classifying;

/// <summary>
/// Results as a table of 80 columns for people: a text with its decision, and its labels with probability and
/// confidence, the most probable first. A text without a label shows its most probable label in brackets.
/// </summary>
internal sealed class ResultTable(TextWriter output) : IResultOutput
{
    private const int TextWidth = 37;
    private const int LabelWidth = 16;

    private bool hasHeader;

    public void Write(
        string? text, in MessageResult result, HeadSet heads,
        ReadOnlySpan<float> probabilities, ReadOnlySpan<LabelDecision> decisions)
    {
        if (!hasHeader)
            output.WriteLine($"{"text",-TextWidth} {"decision",-8} {"label",-LabelWidth} {"p",5} confidence");
        hasHeader = true;
        var shown = new List<(int Label, float P, LabelDecision Decision)>();
        for (var label = 0; label < decisions.Length; label++)
            if (decisions[label].Decision == Decision.Yes)
                shown.Add((label, probabilities[label], decisions[label]));
        shown.Sort((a, b) => b.P.CompareTo(a.P));
        var isNone = shown.Count == 0;
        if (isNone && result.Outcome.Top is var top and >= 0)
            shown.Add((top, probabilities[top], decisions[top]));
        var (start, decision) = (Fitted(text ?? "", TextWidth), DecisionNames.Of(result.Review.Score.Decision));
        foreach (var (label, p, of) in shown)
        {
            var name = Fitted(heads.Heads[label].Label, LabelWidth - (isNone ? 2 : 0));
            output.Write(
                $"{Padded(start, TextWidth)} {decision,-8} {Padded(isNone ? $"({name})" : name, LabelWidth)} ");
            var probability = p.ToString("F3", CultureInfo.InvariantCulture);
            output.WriteLine($"{probability,5} {DecisionNames.Of(of.Confidence)}");
            (start, decision) = ("", "");
        }
        if (shown.Count == 0)
            output.WriteLine($"{Padded(start, TextWidth)} {decision}");
    }

    public void Flush() => output.Flush();
}
