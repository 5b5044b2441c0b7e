using Worker.Store.Database;

namespace Worker.Store.Examples;

/// <summary>Takes texts that were answered elsewhere out of the review queue.</summary>
internal static class AnsweredQuestions
{
    /// <summary>Within the transaction that records events.</summary>
    /// <param name="events">Their ids.</param>
    public static void Close(StoreSession session, IEnumerable<string> events)
    {
        var rows = new RowSet(("id", ColumnKind.Text));
        foreach (var id in events)
            rows.Add(id);
        // The queue's own answers come back by the labels topic too: they were counted when they were given.
        session.Execute(
            """
            UPDATE questions SET wanted = 0, owner = NULL, until = 0 WHERE wanted > 0 AND text_id IN (
                SELECT e.text_id FROM @rows JOIN events e ON e.id = rows.id
                WHERE e.text_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.key = rows.id))
            """, rows);
    }
}
