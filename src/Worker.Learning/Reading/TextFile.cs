using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>A text of a file, or why a row has none.</summary>
/// <param name="Row">1-based; broken rows count, blank lines and headers do not.</param>
/// <param name="Text">Null for a broken row.</param>
/// <param name="Problem">What is wrong, with file and line; null if nothing is.</param>
internal readonly record struct TextRow(long Row, string? Text, string? Problem);

/// <summary>Reads only texts from files in any form that people have; labels are ignored.</summary>
internal static class TextFile
{
    /// <summary>All texts of a file that are not empty.</summary>
    /// <exception cref="ExampleFormatException">Bad rows, or no text.</exception>
    public static IReadOnlyList<string> Read(string path, ReadingOptions? options = null)
    {
        options ??= new();
        var texts = new List<string>();
        var problems = new List<string>();
        var bad = 0;
        foreach (var row in Rows(DataFile.Open(path, options).Rows, path, options))
        {
            if (row.Problem is { } problem)
            {
                if (++bad <= ExampleFormatException.Listed)
                    problems.Add(problem);
            }
            else if (!string.IsNullOrWhiteSpace(row.Text))
            {
                texts.Add(row.Text!);
            }
        }
        if (bad > 0)
            throw new ExampleFormatException(problems, bad);
        return texts.Count > 0 ? texts : throw new ExampleFormatException($"{path} holds no text");
    }

    /// <summary>Texts and broken rows of a file, as they are asked for.</summary>
    /// <exception cref="ExampleFormatException">The file cannot be read any further.</exception>
    public static IEnumerable<TextRow> Rows(string path, ReadingOptions options) =>
        Rows(DataFile.Open(path, options).Rows, path, options);

    /// <summary>The same of an open stream, which is disposed of.</summary>
    /// <inheritdoc cref="Rows(string, ReadingOptions)"/>
    public static IEnumerable<TextRow> Rows(Stream stream, string source, ReadingOptions options) =>
        Rows(DataFile.Open(stream, source, options).Rows, source, options);

    private static IEnumerable<TextRow> Rows(IEnumerable<ReadRow> rows, string source, ReadingOptions options)
    {
        var columns = new TextColumns(options, source);
        foreach (var read in rows)
            yield return read.Row is { } row
                ? Text(read.Number, row, columns, source)
                : new TextRow(read.Number, null, read.Problem);
    }

    private static TextRow Text(long number, DataRow row, TextColumns columns, string source)
    {
        try
        {
            var text = columns.Read(row, out var problem);
            return new TextRow(number, text, text is null ? $"{source}, {row.Place}: {problem}" : null);
        }
        catch (FormatException broken) when (broken is not ExampleFormatException)
        {
            return new TextRow(number, null, $"{source}, {row.Place}: {broken.Message}");
        }
    }
}
