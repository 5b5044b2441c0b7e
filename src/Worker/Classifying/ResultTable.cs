using System.Globalization;
using System.Text;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Results;

namespace Worker.Classifying;

/// <summary>
/// Results as a table of 80 columns for people: a text with its decision, and its labels with probability and
/// confidence, the most probable first; of a text without a label the most probable one, in brackets.
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
        var (start, decision) = (Cut(OneLine(text ?? ""), TextWidth), Name(result.Review.Score.Decision));
        foreach (var (label, p, of) in shown)
        {
            var name = Cut(OneLine(heads.Heads[label].Label), LabelWidth - (isNone ? 2 : 0));
            output.Write($"{Padded(start, TextWidth)} {decision,-8} {Padded(isNone ? $"({name})" : name, LabelWidth)} ");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{p,5:F3} {Name(of.Confidence)}"));
            (start, decision) = ("", "");
        }
        if (shown.Count == 0)
            output.WriteLine($"{Padded(start, TextWidth)} {decision}");
    }

    public void Flush() => output.Flush();

    private static string Name(MessageDecision decision) => decision switch
    {
        MessageDecision.Yes => "yes",
        MessageDecision.Review => "review",
        MessageDecision.Other => "other",
        _ => "no",
    };

    private static string Name(Confidence confidence) => confidence switch
    {
        Confidence.Certified => "certified",
        Confidence.Likely => "likely",
        _ => "uncertain",
    };

    /// <summary>Without line breaks, and without what would move a terminal's cursor.</summary>
    private static string OneLine(string text)
    {
        // No more than what can be seen: a text may be a book.
        var start = text.Length > 400 ? text[..400] : text;
        var clean = string.Concat(start.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return string.Join(' ', clean.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Cut(string text, int width)
    {
        if (Width(text) <= width)
            return text;
        var (kept, used) = (new StringBuilder(), 1);
        foreach (var rune in text.EnumerateRunes())
        {
            used += Width(rune);
            if (used > width)
                break;
            kept.Append(rune.ToString());
        }
        return kept.Append('…').ToString();
    }

    private static string Padded(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    private static int Width(string text) => text.EnumerateRunes().Sum(Width);

    /// <summary>Columns that a character takes: East Asian ones and pictures two, marks none.</summary>
    private static int Width(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
            or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0x1F300 and <= 0x1FAFF)
            or (>= 0x20000 and <= 0x3FFFD) ? 2 : 1,
    };
}
