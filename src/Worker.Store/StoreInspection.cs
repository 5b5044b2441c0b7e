using Worker.Store.Database;

namespace Worker.Store;

/// <summary>What a learner would meet.</summary>
/// <param name="Description">Which store it is, for people; without secrets.</param>
/// <param name="Schema">The last step that its tables are at; 0 where there are none yet.</param>
/// <param name="Known">The last step that this version knows.</param>
/// <param name="Refusal">What this user may not do; null when it may do all.</param>
internal sealed record StoreFacts(string Description, long Schema, long Known, string? Refusal);

/// <summary>Looks at a store and changes nothing: no table is made or upgraded.</summary>
internal static class StoreInspection
{
    /// <exception cref="StoreException">It does not answer, or is none.</exception>
    public static StoreFacts Of(StoreOptions options)
    {
        if (options.Postgres.Length > 0)
        {
            using var postgres = new PostgresDatabase(options.Postgres);
            return Postgres(postgres);
        }
        if (options.Path != ":memory:" && !File.Exists(options.Path))
            return new StoreFacts($"the store '{options.Path}'", 0, Schema.Known, Folder(options.Path));
        using var sqlite = new SqliteDatabase(options.Path);
        var step = Step(sqlite, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_steps'");
        return new StoreFacts(sqlite.Description, step, Schema.Known, Write(sqlite, step));
    }

    private static StoreFacts Postgres(PostgresDatabase database)
    {
        var step = Step(database, "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('schema_steps')");
        var refused = database.Read(session => session.Number(
            """
            SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename IN ('counters', 'offsets',
                'texts', 'labels', 'events', 'answers', 'examples', 'features', 'heads', 'outbox', 'leases') AND NOT (
                has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT') AND
                has_table_privilege(format('%I.%I', schemaname, tablename), 'INSERT') AND
                has_table_privilege(format('%I.%I', schemaname, tablename), 'UPDATE') AND
                has_table_privilege(format('%I.%I', schemaname, tablename), 'DELETE'))
            """)) ?? 0;
        var creates = database.Read(session => session.Number(
            "SELECT CASE WHEN has_schema_privilege(current_schema(), 'CREATE') THEN 1::bigint ELSE 0::bigint END")) > 0;
        return new StoreFacts(database.Description, step, Schema.Known,
            refused > 0 ? $"this user may not read and write {refused} of its tables"
            : step < Schema.Known && !creates ? "this user may not make tables in its schema"
            : null);
    }

    private static long Step(StoreDatabase database, string tables) => database.Read(session =>
        session.Number(tables) > 0 ? session.Number("SELECT MAX(step) FROM schema_steps") ?? 0 : 0);

    /// <summary>A write that changes nothing.</summary>
    private static string? Write(SqliteDatabase database, long step)
    {
        try
        {
            if (step > 0)
                database.Transact(session =>
                    session.Execute("UPDATE counters SET value = value WHERE name = 'change'"));
            return null;
        }
        catch (StoreException refused) when (refused is not StoreAwayException)
        {
            return $"it may not be written: {refused.Message}";
        }
    }

    /// <summary>Whether a file could be made there; the nearest folder that exists decides.</summary>
    private static string? Folder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        while (folder is not null && !Directory.Exists(folder))
            folder = Path.GetDirectoryName(folder);
        try
        {
            using var probe = new FileStream(
                Path.Combine(folder ?? ".", $".worker-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write,
                FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"it is not there, and this user may not write to {folder}";
        }
    }
}
