using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>Finds the text of a row: in the column <c>text</c>, in named ones, or in the only one.</summary>
internal sealed class TextColumns(ReadingOptions options, string source)
{
    /// <summary>The column of texts if none is named.</summary>
    public const string Default = "text";

    private ColumnNames? known;
    private int[] found = [];

    /// <summary>The text of a row; null, and what is wrong, if there is none. Empty cells are empty texts.</summary>
    /// <exception cref="ExampleFormatException">No row of the file has it.</exception>
    /// <exception cref="FormatException">The value cannot be read.</exception>
    public string? Read(DataRow row, out string? problem)
    {
        problem = null;
        if (!ReferenceEquals(known, row.Columns))
        {
            problem = Find(row.Columns);
            if (problem is not null && row.Columns.IsFixed)
                throw new ExampleFormatException($"{source} {problem}");
            if (problem is not null)
                return null;
        }
        if (found.Length == 1)
            return Part(row, found[0], ref problem);
        var parts = new List<string>(found.Length);
        foreach (var column in found)
            if (Part(row, column, ref problem) is { } part && !string.IsNullOrWhiteSpace(part))
                parts.Add(part);
        return problem is null ? string.Join("\n\n", parts) : null;
    }

    private string? Find(ColumnNames columns)
    {
        string[] wanted = options.TextColumns.IsEmpty ? [Default] : [.. options.TextColumns];
        int[] indices = [.. wanted.Select(columns.Find)];
        if (options.TextColumns.IsEmpty && indices[0] < 0 && columns is { IsFixed: true, Names.Count: 1 })
            indices[0] = 0;
        var missing = Array.IndexOf(indices, -1);
        if (missing >= 0)
            return Missing(columns, wanted[missing]);
        (known, found) = (columns, indices);
        return null;
    }

    private string Missing(ColumnNames columns, string name) => (columns.IsFixed, options.TextColumns.IsEmpty) switch
    {
        (true, true) => $"has no column '{name}' (its columns: {columns}): name the one that holds the texts with" +
            $" --text-column, e.g. --text-column {Shown(columns)}; or use --format lines if each line is a text",
        (true, false) => $"has no column '{name}' (its columns: {columns}): choose --text-column among them",
        (false, true) => $"has no \"{name}\" (its keys: {columns}): add it, \"\" for an empty text," +
            " or name the key that holds the text with --text-column",
        (false, false) => $"has no \"{name}\" (its keys: {columns}): choose --text-column among them",
    };

    private static string Shown(ColumnNames columns)
    {
        var name = columns.Names.Count > 0 ? columns.Names[^1] : "NAME";
        return name.Contains(' ', StringComparison.Ordinal) ? $"\"{name}\"" : name;
    }

    private static string? Part(DataRow row, int column, ref string? problem)
    {
        var value = row.Value(column);
        if (value is null)
            return "";
        if (value is string text)
            return text;
        problem = $"has a \"{row.Columns.Names[column]}\" that is {JsonValues.Name(value)}: write it as a string";
        return null;
    }
}
