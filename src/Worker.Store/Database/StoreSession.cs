using System.Data.Common;

namespace Worker.Store.Database;

/// <summary>One transaction. What is not committed is undone. One caller at a time.</summary>
/// <param name="connection">Open; this disposes of it.</param>
/// <param name="transaction">Of the connection.</param>
/// <param name="dialect">How this database takes many rows.</param>
internal sealed class StoreSession(DbConnection connection, DbTransaction transaction, Dialect dialect) : IDisposable
{
    /// <summary>Runs a statement; returns how many rows it changed.</summary>
    /// <param name="sql">With <c>@name</c> where a value stands, and <c>@rows</c> where the table of rows does.</param>
    /// <param name="rows">The table of rows; null for none.</param>
    /// <param name="values">string, long, double, byte[] or null.</param>
    public int Execute(string sql, RowSet? rows, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (rows is { Count: 0 })
            return 0;
        using var command = Command(sql, rows, values);
        return command.ExecuteNonQuery();
    }

    /// <inheritdoc cref="Execute(string, RowSet?, ReadOnlySpan{ValueTuple{string, object}})"/>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Execute(sql, null, values);

    /// <summary>What a statement returns.</summary>
    /// <param name="read">Makes a value of each row.</param>
    public List<T> Query<T>(
        string sql, Func<DbDataReader, T> read, RowSet? rows,
        params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var all = new List<T>();
        if (rows is { Count: 0 })
            return all;
        using var command = Command(sql, rows, values);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            all.Add(read(reader));
        return all;
    }

    /// <inheritdoc cref="Query{T}(string, Func{DbDataReader, T}, RowSet?, ReadOnlySpan{ValueTuple{string, object}})"/>
    public List<T> Query<T>(
        string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Query(sql, read, null, values);

    /// <summary>A whole number that a statement returns; null when it returns nothing.</summary>
    public long? Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var all = Query(sql, reader => reader.IsDBNull(0) ? (long?)null : reader.GetInt64(0), values);
        return all.Count == 0 ? null : all[0];
    }

    public void Commit() => transaction.Commit();

    public void Dispose()
    {
        transaction.Dispose();
        connection.Dispose();
    }

    private DbCommand Command(
        string sql, RowSet? rows, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = rows is null
            ? sql
            : sql.Replace("@rows", dialect.Table(rows, command), StringComparison.Ordinal);
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
