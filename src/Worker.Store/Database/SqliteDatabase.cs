using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Worker.Store.Database;

/// <summary>A file of this machine, for one worker.</summary>
internal sealed class SqliteDatabase : StoreDatabase
{
    /// <summary>How long a transaction waits for another one, in s.</summary>
    private const int BusySeconds = 30;

    private readonly string connectionString;
    private readonly SqliteConnection? kept;

    /// <param name="path">The file; made when it is not there. ":memory:" for none.</param>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public SqliteDatabase(string path)
    {
        var inMemory = path == ":memory:";
        Description = inMemory ? "the store in memory" : $"the store '{path}'";
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = inMemory ? $"{Guid.NewGuid():N}" : path,
            Mode = inMemory ? SqliteOpenMode.Memory : SqliteOpenMode.ReadWriteCreate,
            Cache = inMemory ? SqliteCacheMode.Shared : SqliteCacheMode.Default,
            DefaultTimeout = BusySeconds,
        }.ToString();
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            var first = Open();
            using (var mode = first.CreateCommand())
            {
                // A process that is killed loses nothing of it. After a power failure the last transactions may be
                // missing, with the offsets that they held: the labels topic has them still.
                mode.CommandText = "PRAGMA journal_mode = WAL";
                mode.ExecuteNonQuery();
            }
            // A store in memory lives as long as a connection to it.
            if (inMemory)
                kept = first;
            else
                first.Dispose();
        }
        catch (Exception refused) when (refused is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                $"{Description} cannot be opened: {refused.Message}; name a file in a folder that this user may write",
                refused);
        }
    }

    public override string Description { get; }

    public override Dialect Dialect { get; } = new SqliteDialect();

    public override void Dispose()
    {
        kept?.Dispose();
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
    }

    protected override StoreSession Begin(bool writes)
    {
        var connection = Open();
        try
        {
            // Writing takes the right to write at once: a transaction that began reading could not get it later.
            return new StoreSession(connection, connection.BeginTransaction(deferred: !writes), Dialect);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>SQLITE_BUSY and SQLITE_LOCKED: another process holds it.</summary>
    protected override bool IsPassing(DbException error) =>
        error is SqliteException { SqliteErrorCode: 5 or 6 };

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var settings = connection.CreateCommand();
        settings.CommandText = "PRAGMA synchronous = NORMAL";
        settings.ExecuteNonQuery();
        return connection;
    }
}
