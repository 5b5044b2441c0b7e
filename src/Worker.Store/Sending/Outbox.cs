using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Worker.Store.Database;

namespace Worker.Store.Sending;

/// <summary>A record on its way to Kafka.</summary>
internal sealed record OutboxRecord(string Topic, byte[]? Key, byte[]? Value)
{
    public IReadOnlyList<KeyValuePair<string, byte[]?>> Headers { get; init; } = [];
}

/// <summary>One that is not sent yet.</summary>
/// <param name="Number">Of the store's records; they are sent in this order.</param>
/// <param name="Name">No record of this or another store has the same.</param>
/// <param name="Made">When.</param>
internal sealed record WaitingRecord(long Number, string Name, DateTimeOffset Made, OutboxRecord Record);

/// <summary>
/// Records that the store's transactions led to. They are written with those transactions and sent afterwards, in their
/// order, so that what the store says and what Kafka says do not part.
/// </summary>
internal sealed class Outbox(StoreDatabase database)
{
    private long store;

    /// <summary>This store's number: drawn when somebody first asks, and the same ever after.</summary>
    private long Store => Volatile.Read(ref store) is > 0 and var known ? known : store = DrawStore();

    /// <summary>Writes records within a transaction.</summary>
    public static void Add(StoreSession session, IReadOnlyList<OutboxRecord> records, long now)
    {
        var rows = new RowSet(
            ("topic", ColumnKind.Text), ("key", ColumnKind.Blob), ("value", ColumnKind.Blob),
            ("headers", ColumnKind.Text));
        foreach (var record in records)
            rows.Add(record.Topic, record.Key, record.Value, Json(record.Headers));
        session.Execute(
            "INSERT INTO outbox (topic, key, value, headers, made) SELECT topic, key, value, headers, @now FROM @rows",
            rows, ("now", now));
    }

    /// <summary>The next records to send, in their order.</summary>
    /// <param name="maximum">At most so many.</param>
    public IReadOnlyList<WaitingRecord> Next(int maximum)
    {
        var name = Store.ToString("x", CultureInfo.InvariantCulture);
        return database.Read(session => session.Query(
            "SELECT seq, made, topic, key, value, headers FROM outbox ORDER BY seq LIMIT @maximum",
            row => Read(row, name), ("maximum", (long)maximum)));
    }

    /// <summary>Keys of a topic's records that are not sent yet.</summary>
    public IReadOnlyList<byte[]> Waiting(string topic) => database.Read(session => session.Query(
        "SELECT key FROM outbox WHERE topic = @topic AND key IS NOT NULL ORDER BY seq",
        row => row.GetFieldValue<byte[]>(0), ("topic", topic)));

    /// <summary>Forgets records that were sent.</summary>
    public void Sent(IEnumerable<WaitingRecord> records)
    {
        var rows = new RowSet(("seq", ColumnKind.Whole));
        foreach (var record in records)
            rows.Add(record.Number);
        database.Transact(session => session.Execute(
            "DELETE FROM outbox WHERE seq IN (SELECT seq FROM @rows)", rows));
    }

    private long DrawStore() => database.Transact(session =>
    {
        session.Execute(
            "INSERT INTO counters (name, value) VALUES ('store', @drawn) ON CONFLICT DO NOTHING",
            ("drawn", BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue | 1));
        return session.Number("SELECT value FROM counters WHERE name = 'store'")!.Value;
    });

    private static WaitingRecord Read(DbDataReader row, string store) => new(
        row.GetInt64(0), $"{store}-{row.GetInt64(0)}", row.Time(1),
        new OutboxRecord(row.GetString(2), Bytes(row, 3), Bytes(row, 4))
        {
            Headers = row.IsDBNull(5) ? [] : Headers(row.GetString(5)),
        });

    private static byte[]? Bytes(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    private static string? Json(IReadOnlyList<KeyValuePair<string, byte[]?>> headers) => headers.Count == 0
        ? null
        : JsonSerializer.Serialize(headers.Select(header => new[]
        {
            header.Key, header.Value is null ? null : Convert.ToBase64String(header.Value),
        }));

    private static IReadOnlyList<KeyValuePair<string, byte[]?>> Headers(string json) =>
        [.. JsonSerializer.Deserialize<string?[][]>(json)!.Select(pair => new KeyValuePair<string, byte[]?>(
            pair[0]!, pair[1] is { } value ? Convert.FromBase64String(value) : null))];
}
