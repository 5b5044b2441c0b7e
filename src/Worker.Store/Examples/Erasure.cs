using Worker.Core.Messages;
using Worker.Store.Database;

namespace Worker.Store.Examples;

/// <summary>Takes texts out of the store, with all that was said of them and made of them. Any thread.</summary>
internal sealed class Erasure(StoreDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Erases the text of a message wherever it came from; answers to it that arrive later are not recorded.
    /// </summary>
    /// <returns>Whether it was there.</returns>
    public bool Message(SourcePosition message) => Erase(
        "SELECT text_id FROM messages WHERE topic = @topic AND part = @part AND pos = @pos", lasting: true,
        ("topic", message.Topic), ("part", (long)message.Partition), ("pos", message.Offset)) > 0;

    /// <summary>Erases a text, and refuses it from now on.</summary>
    /// <inheritdoc cref="Message"/>
    public bool Text(string text)
    {
        var hash = TextKey.Of(text);
        var there = Erase("SELECT id FROM texts WHERE hash = @hash", lasting: true, ("hash", hash)) > 0;
        database.Transact(session => session.Execute(
            "INSERT INTO erased (hash, at) VALUES (@hash, @now) ON CONFLICT DO NOTHING", ("hash", hash),
            ("now", clock.GetUtcNow().ToUnixTimeMilliseconds())));
        return there;
    }

    /// <summary>Erases texts that came before a time: they may come again.</summary>
    /// <returns>How many there were.</returns>
    public int Before(DateTimeOffset time) => Erase(
        "SELECT id FROM texts WHERE added < @time", lasting: false, ("time", time.ToUnixTimeMilliseconds()));

    private int Erase(string ids, bool lasting, params (string Name, object? Value)[] values) =>
        database.Transact(session =>
        {
            // Nobody records meanwhile: the counts stay in step.
            session.Execute("UPDATE counters SET value = value + 1 WHERE name = 'change'");
            var texts = ExampleStore.Ids(session.Query(ids, row => row.GetInt64(0), values));
            if (lasting)
                session.Execute(
                    "INSERT INTO erased (hash, at) SELECT t.hash, @now FROM @rows JOIN texts t ON t.id = rows.id " +
                    "WHERE true ON CONFLICT DO NOTHING", texts, ("now", clock.GetUtcNow().ToUnixTimeMilliseconds()));
            session.Execute(
                """
                UPDATE labels SET positives = labels.positives - gone.positives,
                    negatives = labels.negatives - gone.negatives, weak = labels.weak - gone.weak,
                    blind = labels.blind - gone.blind, disputed = labels.disputed - gone.disputed
                FROM (SELECT e.label_id, SUM(CASE WHEN e.value = 1 THEN 1 ELSE 0 END) AS positives,
                    SUM(CASE WHEN e.value = 0 THEN 1 ELSE 0 END) AS negatives,
                    SUM(CASE WHEN e.value > 0 AND e.value < 1 THEN 1 ELSE 0 END) AS weak,
                    SUM(e.blind) AS blind, SUM(e.disputed) AS disputed
                    FROM @rows JOIN examples e ON e.text_id = rows.id GROUP BY e.label_id) AS gone
                WHERE labels.id = gone.label_id
                """, texts);
            session.Execute(
                "DELETE FROM responses WHERE question_id IN " +
                "(SELECT q.id FROM questions q WHERE q.text_id IN (SELECT id FROM @rows))", texts);
            foreach (var (table, column) in new[]
            {
                ("questions", "text_id"),
                ("examples", "text_id"), ("answers", "text_id"), ("events", "text_id"), ("features", "text_id"),
                ("messages", "text_id"), ("texts", "id"),
            })
                session.Execute($"DELETE FROM {table} WHERE {column} IN (SELECT id FROM @rows)", texts);
            return texts.Count;
        });
}
