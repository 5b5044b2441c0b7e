using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using Worker.Store.Database;

namespace Worker.Store.Sending;

/// <summary>A record on its way to Kafka.</summary>
internal sealed record OutboxRecord(string Topic, byte[]? Key, byte[]? Value)
{
    public IReadOnlyList<KeyValuePair<string, byte[]?>> Headers { get; init; } = [];
}

/// <summary>
/// Records that the store's transactions led to. They are written with those transactions and sent afterwards, in their
/// order, so that what the store says and what Kafka says do not part.
/// </summary>
internal sealed class Outbox(StoreDatabase database)
{
    /// <summary>Records that a store may ever send: two trillion.</summary>
    private const int NumberBits = 41;

    private const int StoreBits = 62 - NumberBits;

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

    /// <summary>The next records after one, in their order.</summary>
    /// <param name="after">Number of the last record sent; 0 for none.</param>
    /// <param name="maximum">At most so many.</param>
    public IReadOnlyList<(long Number, OutboxRecord Record)> Next(long after, int maximum) =>
        database.Transact(session => session.Query(
            "SELECT seq, topic, key, value, headers FROM outbox WHERE seq > @after ORDER BY seq LIMIT @maximum",
            Read, ("after", after), ("maximum", (long)maximum)));

    /// <summary>Keys of a topic's records that are not sent yet.</summary>
    public IReadOnlyList<byte[]> Waiting(string topic) => database.Transact(session => session.Query(
        "SELECT key FROM outbox WHERE topic = @topic AND key IS NOT NULL ORDER BY seq",
        row => row.GetFieldValue<byte[]>(0), ("topic", topic)));

    /// <summary>
    /// What stands for "sent up to this record" outside the store: the record's number, and above it a number of this
    /// store, so that a mark of another store means nothing here.
    /// </summary>
    public long Mark(long number) => database.Transact(session => Store(session) << NumberBits | number);

    /// <summary>Forgets records that were sent; a mark of another store is left out.</summary>
    public void Sent(long mark) => database.Transact(session => mark >> NumberBits == Store(session)
        ? session.Execute("DELETE FROM outbox WHERE seq <= @last", ("last", mark & ((1L << NumberBits) - 1)))
        : 0);

    /// <summary>Drawn when somebody first asks.</summary>
    private static long Store(StoreSession session)
    {
        session.Execute(
            "INSERT INTO counters (name, value) VALUES ('store', @drawn) ON CONFLICT DO NOTHING",
            ("drawn", (long)RandomNumberGenerator.GetInt32(1, 1 << StoreBits)));
        return session.Number("SELECT value FROM counters WHERE name = 'store'")!.Value;
    }

    private static (long, OutboxRecord) Read(DbDataReader row) => (
        row.GetInt64(0),
        new OutboxRecord(row.GetString(1), Bytes(row, 2), Bytes(row, 3))
        {
            Headers = row.IsDBNull(4) ? [] : Headers(row.GetString(4)),
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
