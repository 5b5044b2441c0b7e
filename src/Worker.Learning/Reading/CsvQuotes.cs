using CsvHelper;

namespace Worker.Learning.Reading;

/// <summary>Separates quotes that swallow rows from quotes that are only written carelessly.</summary>
internal static class CsvQuotes
{
    /// <summary>What is wrong, with its line; null for stray quotes within a line, which are not ambiguous.</summary>
    public static string? Problem(in CsvMalformedRecord record, char separator)
    {
        var raw = record.RawRecord.AsSpan();
        // A bad record over several lines: its quote was closed by the one that opened another field.
        if (record.Reason != CsvMalformedReason.UnterminatedQuote && !raw.Contains('\n'))
            return null;
        var line = record.LineNumber + raw[..Opening(raw, separator)].Count('\n');
        return $"line {line}: a quote opens here and is never closed: close it," +
            " or double a quote that belongs to the text";
    }

    /// <summary>Where the first quote opens that is not closed as it should be.</summary>
    private static int Opening(ReadOnlySpan<char> raw, char separator)
    {
        for (var at = 0; at < raw.Length; at++)
        {
            var opened = at;
            if (raw[at] == '"')
            {
                at = Closing(raw, at + 1);
                // At the end, or before a separator, it is closed correctly.
                if (at >= raw.Length
                    || at + 1 < raw.Length && raw[at + 1] != separator && raw[opened..at].Contains('\n'))
                    return opened;
            }
            while (at < raw.Length && raw[at] != separator)
                at++;
        }
        return 0;
    }

    /// <summary>Index of the quote that closes a field; the length if none does.</summary>
    private static int Closing(ReadOnlySpan<char> raw, int from)
    {
        for (var at = from; at < raw.Length; at++)
        {
            if (raw[at] != '"')
                continue;
            if (at + 1 == raw.Length || raw[at + 1] != '"')
                return at;
            at++;
        }
        return raw.Length;
    }
}
