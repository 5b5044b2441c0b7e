namespace Worker.Store.Database;

/// <summary>What a column of a <see cref="RowSet"/> holds.</summary>
internal enum ColumnKind
{
    Text,

    /// <summary>64-bit.</summary>
    Whole,

    /// <summary>Double precision.</summary>
    Real,

    Blob,
}

/// <summary>
/// Many rows that one statement takes in at once, as the table <c>@rows</c>: one round trip and one plan, however many.
/// </summary>
internal sealed class RowSet(params (string Name, ColumnKind Kind)[] columns)
{
    private readonly List<object?[]> rows = [];

    public IReadOnlyList<(string Name, ColumnKind Kind)> Columns => columns;

    public IReadOnlyList<object?[]> Rows => rows;

    public int Count => rows.Count;

    /// <param name="values">One a column: string, long, double or byte[], or null.</param>
    public void Add(params object?[] values)
    {
        if (values.Length != columns.Length)
            throw new ArgumentException($"{values.Length} values for {columns.Length} columns", nameof(values));
        rows.Add(values);
    }
}
