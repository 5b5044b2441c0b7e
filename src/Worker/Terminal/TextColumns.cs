using System.Globalization;
using System.Text;

namespace Worker.Terminal;

/// <summary>Text in columns of a terminal.</summary>
internal static class TextColumns
{
    /// <summary>Number of columns that every terminal has.</summary>
    public const int Screen = 80;

    /// <summary>
    /// Items one after the other, on as many lines as they need; each line after the first begins with spaces.
    /// </summary>
    /// <param name="start">Text before the items on the first line.</param>
    /// <param name="items">An item is never split.</param>
    /// <param name="indent">Spaces at the start of further lines.</param>
    /// <param name="separator">Text between two items; a line may end after it.</param>
    public static IEnumerable<string> Wrapped(string start, IEnumerable<string> items, int indent, string separator =
        ", ")
    {
        var (line, isFirst, before) = (new StringBuilder(start), true, "");
        foreach (var item in items)
        {
            if (!isFirst && Width(line.ToString()) + Width(before) + Width(item) > Screen - 1)
            {
                yield return (line + before).TrimEnd();
                line.Clear().Append(' ', indent);
                before = "";
            }
            line.Append(before).Append(item);
            (isFirst, before) = (false, separator);
        }
        yield return line.ToString().TrimEnd();
    }

    /// <summary>Without line breaks and characters that move a terminal's cursor.</summary>
    public static string OneLine(string text)
    {
        // No more than can be seen, because a text may be as long as a book.
        var start = text.Length > 400 ? text[..400] : text;
        var clean = string.Concat(start.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return string.Join(' ', clean.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>A text as one line of at most a number of columns.</summary>
    public static string Fitted(string text, int width) => Cut(OneLine(text), width);

    /// <summary>A text of at most a number of columns, with … if something is left out.</summary>
    public static string Cut(string text, int width)
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

    /// <summary>A text followed by spaces up to a number of columns.</summary>
    public static string Padded(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    /// <summary>Columns that a text takes.</summary>
    public static int Width(string text) => text.EnumerateRunes().Sum(Width);

    /// <summary>Columns that a character takes: two for East Asian characters and emoji, none for marks.</summary>
    private static int Width(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
            or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60)
                or (>= 0x1F300 and <= 0x1FAFF)
            or (>= 0x20000 and <= 0x3FFFD) ? 2 : 1,
    };
}
