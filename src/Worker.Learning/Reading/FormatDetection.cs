using System.Text;

namespace Worker.Learning.Reading;

/// <summary>Detects by the beginning of a file what it holds.</summary>
internal static class FormatDetection
{
    private const int LongestName = 40;
    private const int Lines = 20;

    private static readonly char[] Separators = [',', ';', '\t', '|'];

    /// <param name="start">UTF-8; at least the first line that is not blank, if there is one.</param>
    /// <param name="name">Name of the file; its extension counts if the content does not decide.</param>
    /// <returns>The format and, for CSV, the separator; null if its first line gives it (<c>sep=;</c>).</returns>
    public static (DataFormat Format, char? Separator) Detect(
        ReadOnlySpan<byte> start, string name, ReadingOptions options)
    {
        var text = Encoding.UTF8.GetString(start).TrimStart();
        var format = options.Format != DataFormat.Auto ? options.Format
            : text.StartsWith('{') ? DataFormat.JsonLines
            : IsArray(text) ? DataFormat.Json
            : DataFormat.Auto;
        if (format is not (DataFormat.Auto or DataFormat.Csv))
            return (format, null);
        var lines = Whole(text);
        if (lines.Length > 0 && lines[0].StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
            return (DataFormat.Csv, null);
        if (lines.Length == 0)
            return (DataFormat.Lines, null);
        var separator = Separator(lines[0], name, options);
        var isCsv = format == DataFormat.Csv || options.NamesColumns || EndsLikeCsv(name)
            || Names(lines[0], separator, options) || IsRegular(lines);
        return isCsv ? (DataFormat.Csv, separator) : (DataFormat.Lines, null);
    }

    /// <summary>"[" alone is not an array, because texts may begin like that.</summary>
    private static bool IsArray(string text) =>
        text.StartsWith('[') && text.AsSpan(1).TrimStart() is ['{' or '"' or ']', ..];

    private static bool EndsLikeCsv(string name) => Ending(name) is ".csv" or ".tsv" or ".tab";

    private static string Ending(string name) =>
        Path.GetExtension(name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name)
            .ToLowerInvariant();

    /// <summary>The separator that reveals the column of texts, or else the most frequent one of the header.</summary>
    private static char Separator(string header, string name, ReadingOptions options)
    {
        if (Array.Find(Separators, candidate => Names(header, candidate, options)) is var found and not '\0')
            return found;
        var best = Separators.MaxBy(candidate => Fields(header, candidate).Count);
        return Fields(header, best).Count > 1 ? best : Ending(name) is ".tsv" or ".tab" ? '\t' : ',';
    }

    /// <summary>Whether a header has the column of texts.</summary>
    private static bool Names(string header, char separator, ReadingOptions options)
    {
        var fields = Fields(header, separator);
        var wanted = options.TextColumns.IsEmpty ? TextColumns.Default : options.TextColumns[0];
        return fields.Exists(field => field.Trim().Equals(wanted, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Whether lines look like a header and rows: several lines with the same number of fields, the first with short,
    /// different names. In prose, commas are followed by spaces.
    /// </summary>
    private static bool IsRegular(string[] lines) => lines.Length >= 3 && Array.Exists(Separators, separator =>
    {
        var header = Fields(lines[0], separator);
        return header.Count > 1
            && header.TrueForAll(name => name.Length is > 0 and <= LongestName && !char.IsWhiteSpace(name[0]))
            && header.Distinct(StringComparer.Ordinal).Count() == header.Count
            && lines.Take(Lines).All(line => Fields(line, separator).Count == header.Count);
    });

    /// <summary>Complete lines, without blank ones.</summary>
    private static string[] Whole(string text)
    {
        var lines = text.Split('\n');
        // The last line may be longer than what was read, unless it is the only one.
        var whole = lines.Length > 1 ? lines[..^1] : lines;
        return [.. whole.Select(line => line.TrimEnd('\r')).Where(line => !string.IsNullOrWhiteSpace(line))];
    }

    /// <summary>The fields of a line without quotes; for detection, not for reading.</summary>
    private static List<string> Fields(string line, char separator)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        foreach (var letter in line)
        {
            if (letter == '"')
                quoted = !quoted;
            else if (letter == separator && !quoted)
                Add();
            else
                field.Append(letter);
        }
        Add();
        return fields;

        void Add()
        {
            fields.Add(field.ToString());
            field.Clear();
        }
    }
}
