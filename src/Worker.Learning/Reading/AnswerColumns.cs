using System.Diagnostics.CodeAnalysis;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>Finds the answers of a row; the options and the file's first rows decide where they are.</summary>
internal sealed class AnswerColumns
{
    private const string Many = "labels";
    private const string One = "label";

    private readonly string[] columns;
    private readonly string? names;
    private readonly string? separator;

    private AnswerColumns(string[] columns, string? names, string? separator) =>
        (this.columns, this.names, this.separator) = (columns, names, separator);

    /// <summary>
    /// A remark about where the answers were found, if the options do not name the place; otherwise null.
    /// </summary>
    public string? Remark { get; private init; }

    /// <summary>Where a file has its answers.</summary>
    /// <param name="rows">Its first rows.</param>
    /// <param name="problem">If it has none: what to do.</param>
    /// <returns>Null if it has none.</returns>
    /// <exception cref="ExampleFormatException">A named column is not there.</exception>
    public static AnswerColumns? Find(
        IReadOnlyList<DataRow> rows, ReadingOptions options, string source, out string problem)
    {
        problem = "";
        var fixedColumns = rows.Count > 0 && rows[0].Columns.IsFixed ? rows[0].Columns : null;
        if (!options.LabelColumns.IsEmpty || options.LabelColumn is not null)
        {
            string[] named = options.LabelColumn is null ? [.. options.LabelColumns] : [options.LabelColumn];
            if (fixedColumns is not null && Array.Find(named, name => fixedColumns.Find(name) < 0) is { } missing)
                throw new ExampleFormatException($"{source} has no column '{missing}' (its columns: {fixedColumns}): " +
                    $"choose {(options.LabelColumn is null ? "--label-columns" : "--label-column")} among them");
            return options.LabelColumn is null
                ? new AnswerColumns(named, null, null)
                : new AnswerColumns([], options.LabelColumn, options.LabelSeparator ?? ",");
        }
        if (rows.Any(row => row.Columns.Find(Many) >= 0 || row.Columns.Find(One) >= 0))
            return ByName(options);
        if (fixedColumns is null)
        {
            var keys = rows.Count > 0 ? $" (the keys of its first object: {rows[0].Columns})" : "";
            problem = $"has no \"labels\"{keys}: add {AnswerCell.Forms}," +
                " or name the key that holds them with --label-column";
            return null;
        }
        return ByLook(rows, fixedColumns, options, source, out problem);
    }

    /// <summary>In <c>labels</c> or <c>label</c>, whichever a row has.</summary>
    public static AnswerColumns ByName(ReadingOptions options) => new([], null, options.LabelSeparator);

    /// <summary>The answers of a row; null with a problem.</summary>
    public LabelledText? Read(DataRow row, string text, out string? problem)
    {
        if (columns.Length > 0)
            return Answered(row, out problem) is { } answers ? new LabelledText(text, answers, Closed: false) : null;
        if (!Cell(row, out var value, out var split, out problem))
            return null;
        // An empty cell for one label was not answered yet; an empty cell for several labels says that none holds.
        if (split.Length == 0 && value is string cell && string.IsNullOrWhiteSpace(cell))
            value = null;
        return AnswerCell.Labels(value, split, out problem) is var (labels, closed)
            ? new LabelledText(text, labels, closed) : null;
    }

    private Dictionary<string, bool>? Answered(DataRow row, out string? problem)
    {
        problem = null;
        var answers = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            var value = row[column];
            if (AnswerCell.YesOrNo(value, out var isWrong) is { } answer)
                answers[column] = answer;
            if (!isWrong)
                continue;
            problem = $"has '{value as string ?? JsonValues.Name(value)}' in column '{column}': " +
                "write 1, true or yes, 0, false or no, or nothing when unknown; or leave the column out of " +
                "--label-columns";
            return null;
        }
        return answers;
    }

    private bool Cell(DataRow row, out object? value, out string split, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        split = separator ?? ",";
        var column = names is not null ? row.Columns.Find(names) : row.Columns.Find(Many);
        if (column < 0 && names is null)
            (column, split) = (row.Columns.Find(One), separator ?? "");
        value = column < 0 ? null : row.Value(column);
        if (column >= 0)
            return true;
        problem = names is null
            ? $"has no \"labels\" (its keys: {row.Columns}): add {AnswerCell.Forms}," +
                " or name the key that holds them with --label-column"
            : $"has no \"{names}\" (its keys: {row.Columns}): choose --label-column among them";
        return false;
    }

    /// <summary>
    /// Columns without a known name: all the others hold 0 and 1, or there is one other and its values repeat.
    /// </summary>
    private static AnswerColumns? ByLook(
        IReadOnlyList<DataRow> rows, ColumnNames columns, ReadingOptions options, string source, out string problem)
    {
        string[] taken = [TextColumns.Default, "source", "known", "id", .. options.TextColumns];
        string[] others =
            [.. columns.Names.Where(name => !taken.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase))];
        string[] answers =
            [.. others.Where(name => rows.All(row => IsAnswer(row[name])) && rows.Any(row => Text(row[name]) != ""))];
        problem = "";
        if (others.Length > 0 && answers.Length == others.Length)
            return new AnswerColumns(others, null, null)
            {
                Remark =
                    $"{source}: answers from {(others.Length == 1 ? "column" : "columns")} {string.Join(", ", others)}"
                    + " (--label-columns chooses others)",
            };
        var distinct = others.Length != 1 ? 0
            : rows.Select(row => Text(row[others[0]])).Distinct(StringComparer.Ordinal).Count();
        if (distinct > 1 && rows.Count >= 2 * distinct)
            return new AnswerColumns([], others[0], options.LabelSeparator ?? "")
            {
                Remark = $"{source}: labels from column '{others[0]}' (--label-column chooses another)",
            };
        problem = $"has no column 'labels' or 'label' (its columns: {columns}): say which one names the labels with " +
            $"--label-column{(others.Length == 1 ? $", e.g. --label-column {others[0]}" : "")}, or which ones are " +
            $"answered with 0 and 1 with --label-columns{(answers.Length > 0 ? $" {string.Join(',', answers)}" : "")}";
        return null;
    }

    private static bool IsAnswer(object? value)
    {
        AnswerCell.YesOrNo(value, out var isWrong);
        return !isWrong;
    }

    private static string Text(object? value) => value as string ?? (value is null ? "" : JsonValues.Name(value));
}
