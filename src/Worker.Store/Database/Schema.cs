using System.Globalization;

namespace Worker.Store.Database;

/// <summary>
/// The tables, in numbered steps (Schema/*.sql), each applied once. A store is never taken back a step.
/// </summary>
internal static class Schema
{
    /// <summary>The last step that this version knows.</summary>
    public static long Known => Steps().Count;

    /// <summary>Brings a database to the newest step, or leaves it as it is.</summary>
    /// <exception cref="StoreException">It is from a newer version of the worker.</exception>
    public static void Upgrade(StoreDatabase database)
    {
        var steps = Steps();
        database.Transact(session =>
        {
            // Two workers may start at once on Postgres: the second waits here for the first.
            if (database is PostgresDatabase)
                session.Query("SELECT pg_advisory_xact_lock(7221835)", _ => 0);
            session.Execute("CREATE TABLE IF NOT EXISTS schema_steps (step BIGINT PRIMARY KEY)");
            var done = session.Number("SELECT MAX(step) FROM schema_steps") ?? 0;
            if (done > steps.Count)
                throw new StoreException(
                    $"{database.Description} was written by a newer version (schema {done}, this one knows " +
                    $"{steps.Count}): deploy that version or a newer one");
            for (var step = done + 1; step <= steps.Count; step++)
            {
                session.Execute(Translate(steps[(int)step - 1], database.Dialect));
                session.Execute("INSERT INTO schema_steps (step) VALUES (@step)", ("step", step));
            }
        });
    }

    /// <summary>In their order.</summary>
    private static List<string> Steps()
    {
        var assembly = typeof(Schema).Assembly;
        var steps = new List<string>();
        while (assembly.GetManifestResourceStream(
            string.Create(CultureInfo.InvariantCulture, $"schema/{steps.Count + 1:0000}.sql")) is { } stream)
        {
            using var reader = new StreamReader(stream);
            steps.Add(reader.ReadToEnd());
        }
        return steps;
    }

    private static string Translate(string sql, Dialect dialect) => sql
        .Replace("{identity}", dialect.Identity, StringComparison.Ordinal)
        .Replace("{blob}", dialect.Blob, StringComparison.Ordinal)
        .Replace("{real}", dialect.Real, StringComparison.Ordinal);
}
