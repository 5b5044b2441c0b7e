using System.CommandLine;
using System.Diagnostics;
using Worker.Core.Answers;
using Worker.Store.Database;
using Worker.Store.Examples;
using Worker.Terminal;

namespace Worker.Bench.Storing;

/// <summary>
/// How many label events the store takes in a second, against the same rows put into a plain table; and whether the
/// questions that a learner asks of a large store stay with their indices.
/// </summary>
internal static class StoreBench
{
    private const int BatchEvents = 1000;

    public static Command Create()
    {
        var count = new Option<int>("--events") { DefaultValueFactory = _ => 50_000, Description = "Events to record" };
        var repeats = new Option<int>("--repeats") { DefaultValueFactory = _ => 3, Description = "Pairs of runs" };
        var postgres = new Option<string?>("--postgres")
        {
            Description = "Connection string of an empty Postgres database without a password; SQLite alone without it",
        };
        var examples = new Option<int>("--examples")
        {
            Description = "Examples to fill Postgres with, before its plans are shown",
            DefaultValueFactory = _ => 0,
        };
        var command = new Command("store", "Label events a second, and plans on a large store")
        {
            count, repeats, postgres, examples,
        };
        command.SetAction((parsed, _) =>
        {
            var folder = Directory.CreateTempSubdirectory("worker-bench-");
            for (var i = 0; i < parsed.GetValue(repeats); i++)
            {
                using var sqlite = new SqliteDatabase(Path.Combine(folder.FullName, $"{i}.db"));
                Measure("SQLite", sqlite, parsed.GetValue(count));
            }
            folder.Delete(recursive: true);
            if (parsed.GetValue(postgres) is not { } connection)
                return Task.FromResult(ExitCode.Done);
            using var database = new PostgresDatabase(connection);
            for (var i = 0; i < parsed.GetValue(repeats); i++)
                Measure("Postgres", database, parsed.GetValue(count), run: i);
            if (parsed.GetValue(examples) is > 0 and var many)
                Explain(database, many);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Measure(string name, StoreDatabase database, int count, int run = 0)
    {
        Schema.Upgrade(database);
        var store = new ExampleStore(database, Agreement.Majority, TimeProvider.System);
        var batches = Enumerable.Range(0, count).Select(i => Event(i, run)).Chunk(BatchEvents).ToArray();
        var raw = Stopwatch.StartNew();
        foreach (var batch in batches)
            Plain(database, batch);
        var rawSeconds = raw.Elapsed.TotalSeconds;
        var watch = Stopwatch.StartNew();
        foreach (var batch in batches)
            store.Record(new LabelBatch(batch, []));
        var seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(
            $"{name}: {count / seconds:N0} events/s ({count / rawSeconds:N0}/s into a plain table: " +
            $"{rawSeconds / seconds:P0} of that)");
    }

    /// <summary>One event, of one label, on a text of its own.</summary>
    private static LabelEvent Event(int number, int run) => new()
    {
        Id = $"{run}/{number}",
        At = DateTimeOffset.UnixEpoch.AddSeconds(number),
        Text = $"run {run}: the text of message {number}, about as long as a line of a chat",
        By = $"person {number % 7}",
        Answers = [new LabelAnswer($"label {number % 50}", number % 3 == 0 ? 1 : 0)],
    };

    /// <summary>The least that could be done: the event's fields as one row, without a key.</summary>
    private static void Plain(StoreDatabase database, LabelEvent[] events)
    {
        var rows = new RowSet(("id", ColumnKind.Text), ("text", ColumnKind.Text), ("label", ColumnKind.Text),
            ("value", ColumnKind.Real));
        foreach (var one in events)
            rows.Add(one.Id, one.Text, one.Answers[0].Label, one.Answers[0].Value);
        database.Transact(session =>
        {
            session.Execute(
                "CREATE TABLE IF NOT EXISTS plain (id TEXT, text TEXT, label TEXT, value DOUBLE PRECISION)");
            session.Execute(
                "INSERT INTO plain (id, text, label, value) SELECT id, text, label, value FROM @rows", rows);
        });
    }

    private static void Explain(PostgresDatabase database, int examples)
    {
        Schema.Upgrade(database);
        database.Transact(session =>
        {
            session.Execute(
                "INSERT INTO labels (id, name, added, pending) SELECT i, 'made ' || i, 0, i % 3 " +
                "FROM generate_series(100000, 100499) i");
            session.Execute(
                "INSERT INTO examples (label_id, text_id, value, people, disputed, blind, at, change) " +
                $"SELECT 100000 + i % 500, i / 500 + 1000000, i % 2, 1, 0, 0, i, i " +
                $"FROM generate_series(1, {examples}) i");
        });
        database.Transact(session => session.Execute("ANALYZE examples"));
        foreach (var (what, sql) in new[]
        {
            ("labels that have something new", "SELECT id FROM labels WHERE pending > 0"),
            ("examples of one label", "SELECT text_id, value FROM examples WHERE label_id = 100007 AND value IS NOT " +
                "NULL ORDER BY text_id DESC LIMIT 200000"),
            ("what changed since a fit",
                $"SELECT COUNT(*) FROM examples WHERE label_id = 100007 AND change > {examples - 1000}"),
        })
        {
            Console.WriteLine($"{what}, of {examples:N0} examples:");
            foreach (var line in database.Transact(session =>
                session.Query("EXPLAIN ANALYZE " + sql, row => row.GetString(0))))
                Console.WriteLine($"  {line}");
        }
    }
}
