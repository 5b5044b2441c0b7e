using System.Data.Common;
using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Store.Database;

namespace Worker.Store.Examples;

/// <summary>Gives back every event that was recorded, so that another store can be made of them.</summary>
internal sealed class EventExport(StoreDatabase database)
{
    private const int PageSize = 1000;

    /// <summary>Read page by page, in the order of ids.</summary>
    public IEnumerable<LabelEvent> Read()
    {
        for (var last = ""; ;)
        {
            var page = Page(last);
            foreach (var one in page)
                yield return one;
            if (page.Count < PageSize)
                yield break;
            last = page[^1].Id;
        }
    }

    private List<LabelEvent> Page(string after) => database.Read(session =>
    {
        var events = session.Query(
            """
            SELECT e.id, t.text, e.at, e.person, e.source, e.mode, e.propensity, e.blind, e.milliseconds, e.withdraws
            FROM events e LEFT JOIN texts t ON t.id = e.text_id WHERE e.id > @after ORDER BY e.id LIMIT @maximum
            """, Event, ("after", after), ("maximum", (long)PageSize));
        var ids = new RowSet(("id", ColumnKind.Text));
        foreach (var one in events)
            ids.Add(one.Id);
        var answers = session.Query(
            "SELECT a.event_id, l.name, a.value, a.shown_p, a.shown_version FROM @rows JOIN answers a " +
            "ON a.event_id = rows.id JOIN labels l ON l.id = a.label_id ORDER BY l.name", row => (
                Event: row.GetString(0), Answer: new LabelAnswer(
                    row.GetString(1), Real(row, 2), Real(row, 3), (int?)Whole(row, 4))), ids)
            .ToLookup(row => row.Event, row => row.Answer, StringComparer.Ordinal);
        var messages = session.Query(
            "SELECT rows.id, m.topic, m.part, m.pos FROM @rows JOIN events e ON e.id = rows.id " +
            "JOIN messages m ON m.text_id = e.text_id ORDER BY m.topic, m.part, m.pos", row => (
                Event: row.GetString(0),
                Message: new SourcePosition(row.GetString(1), (int)row.GetInt64(2), row.GetInt64(3))), ids)
            .ToLookup(row => row.Event, row => row.Message, StringComparer.Ordinal);
        return events.ConvertAll(one => one with
        {
            Answers = [.. answers[one.Id]],
            Message = messages[one.Id].Select(message => (SourcePosition?)message).FirstOrDefault(),
        });
    });

    private static LabelEvent Event(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Text = row.IsDBNull(1) ? null : row.GetString(1),
        At = row.Time(2),
        By = row.GetString(3),
        Source = row.GetString(4),
        Mode = AnswerModeNames.Find(row.GetString(5)) ?? AnswerMode.Single,
        Propensity = Real(row, 6),
        IsBlind = Whole(row, 7) is { } blind ? blind != 0 : null,
        Milliseconds = (int?)Whole(row, 8),
        Withdraws = row.IsDBNull(9) ? null : row.GetString(9),
    };

    private static double? Real(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    private static long? Whole(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
