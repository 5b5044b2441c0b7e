namespace Worker.Learning.Reading;

/// <summary>
/// One row of a data file, whatever its format: values by column. A value is null, a bool, long, double or string, a
/// list (<c>List&lt;object?&gt;</c>) or a map (<c>List&lt;KeyValuePair&lt;string, object?&gt;&gt;</c>, keys may
/// repeat).
/// </summary>
/// <param name="Place">Where it is, e.g. "line 7".</param>
/// <param name="Columns">Names; one object for all rows of a file whose columns are the same in each.</param>
/// <param name="Value">Value of a column by index; reading it may find that it is broken.</param>
internal sealed record DataRow(string Place, ColumnNames Columns, Func<int, object?> Value)
{
    /// <summary>The value of a column; null if there is no such column.</summary>
    public object? this[string column] => Columns.Find(column) is var index and >= 0 ? Value(index) : null;
}

/// <summary>A row, or why it is broken.</summary>
/// <param name="Number">1-based; broken rows count, blank lines and headers do not.</param>
/// <param name="Row">Null for a broken one.</param>
/// <param name="Problem">The problem with its place; null if there is none.</param>
/// <param name="Stops">Whether the problem concerns the whole file, so that listing more of them says nothing
/// new.</param>
internal readonly record struct ReadRow(long Number, DataRow? Row, string? Problem = null, bool Stops = false);

/// <summary>The names of columns. A name is found as written, or else ignoring case and outer spaces.</summary>
internal sealed class ColumnNames(string[] names, bool isFixed)
{
    private Dictionary<string, int>? exact;
    private Dictionary<string, int>? loose;

    public IReadOnlyList<string> Names => names;

    /// <summary>Whether all rows of the file have these columns; then a missing column is missing everywhere.</summary>
    public bool IsFixed => isFixed;

    /// <summary>Index of a column; −1 for none.</summary>
    public int Find(string name)
    {
        exact ??= Index(StringComparer.Ordinal);
        if (exact.TryGetValue(name, out var index))
            return index;
        loose ??= Index(StringComparer.OrdinalIgnoreCase);
        return loose.GetValueOrDefault(name.Trim(), -1);
    }

    /// <summary>The list for error messages.</summary>
    public override string ToString() => names.Length == 0 ? "none"
        : string.Join(", ", names.Take(20)) + (names.Length > 20 ? $" and {names.Length - 20} more" : "");

    private Dictionary<string, int> Index(StringComparer comparer)
    {
        var found = new Dictionary<string, int>(comparer);
        for (var i = 0; i < names.Length; i++)
            if (comparer == StringComparer.Ordinal)
                found[names[i]] = i;
            else
                found.TryAdd(names[i].Trim(), i);
        return found;
    }
}
