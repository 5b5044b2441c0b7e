using System.Data;
using System.Data.Common;
using Npgsql;

namespace Worker.Store.Database;

/// <summary>A Postgres database, for any number of workers.</summary>
internal sealed class PostgresDatabase : StoreDatabase
{
    private readonly NpgsqlDataSource source;

    /// <param name="connectionString">Npgsql's, e.g. <c>Host=db;Database=worker;Username=worker</c>.</param>
    /// <exception cref="StoreException">It is no connection string.</exception>
    public PostgresDatabase(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            // The statements are few and always the same: planned once for each connection.
            if (settings.MaxAutoPrepare == 0)
                settings.MaxAutoPrepare = 64;
            Description = $"the store in Postgres at {settings.Host}:{settings.Port}, database '{settings.Database}'";
            source = NpgsqlDataSource.Create(settings);
        }
        catch (ArgumentException refused)
        {
            // Not the string: it may hold a password.
            throw new StoreException(
                $"Store:Postgres is no connection string: {refused.Message}; write e.g. " +
                "Host=db;Database=worker;Username=worker;Password=...", refused);
        }
    }

    public override string Description { get; }

    public override Dialect Dialect { get; } = new PostgresDialect();

    public override void Dispose() => source.Dispose();

    protected override StoreSession Begin(bool writes)
    {
        var connection = source.OpenConnection();
        try
        {
            return new StoreSession(connection, connection.BeginTransaction(
                writes ? IsolationLevel.ReadCommitted : IsolationLevel.RepeatableRead), Dialect);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    protected override bool IsPassing(DbException error) => error.IsTransient
        || error is NpgsqlException { InnerException: IOException or System.Net.Sockets.SocketException };
}
