using Worker.Core.Messages;
using Worker.Store.Database;

namespace Worker.Store.Examples;

/// <summary>Texts and the messages that they came in, each once. Within a transaction.</summary>
internal static class TextRows
{
    /// <summary>Adds texts that are not there.</summary>
    /// <param name="texts">By their <see cref="TextKey"/>, each once.</param>
    /// <returns>Ids by key.</returns>
    public static Dictionary<string, long> Add(
        StoreSession session, IEnumerable<(string Hash, string Text)> texts, long now)
    {
        var rows = new RowSet(("hash", ColumnKind.Text), ("text", ColumnKind.Text));
        foreach (var (hash, text) in texts)
            rows.Add(hash, text.Replace("\0", "", StringComparison.Ordinal));
        session.Execute(
            "INSERT INTO texts (hash, text, added) SELECT hash, text, @now FROM @rows WHERE true " +
            "ON CONFLICT (hash) DO NOTHING", rows, ("now", now));
        return session.Query("SELECT t.hash, t.id FROM @rows JOIN texts t ON t.hash = rows.hash",
            row => (Hash: row.GetString(0), Id: row.GetInt64(1)), rows)
            .ToDictionary(row => row.Hash, row => row.Id, StringComparer.Ordinal);
    }

    /// <summary>Notes which text came in which message; what is noted already stays.</summary>
    /// <param name="messages">Each once, with the id of its text.</param>
    public static void Add(StoreSession session, IEnumerable<(SourcePosition Message, long Text)> messages)
    {
        var rows = new RowSet(
            ("topic", ColumnKind.Text), ("part", ColumnKind.Whole), ("pos", ColumnKind.Whole),
            ("text_id", ColumnKind.Whole));
        foreach (var (message, text) in messages)
            rows.Add(message.Topic, (long)message.Partition, message.Offset, text);
        session.Execute(
            "INSERT INTO messages (topic, part, pos, text_id) SELECT topic, part, pos, text_id FROM @rows WHERE true " +
            "ON CONFLICT DO NOTHING", rows);
    }

    /// <summary>Which of some keys belong to texts that were erased.</summary>
    public static HashSet<string> Erased(StoreSession session, IEnumerable<string> hashes)
    {
        var rows = new RowSet(("hash", ColumnKind.Text));
        foreach (var hash in hashes.Distinct(StringComparer.Ordinal))
            rows.Add(hash);
        return session.Query(
            "SELECT e.hash FROM @rows JOIN erased e ON e.hash = rows.hash", row => row.GetString(0), rows)
            .ToHashSet(StringComparer.Ordinal);
    }
}
