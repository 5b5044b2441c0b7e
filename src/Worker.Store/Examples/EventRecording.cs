using Worker.Core.Answers;
using Worker.Store.Database;

namespace Worker.Store.Examples;

/// <summary>Writes events, the texts and labels that they name, and their answers: each event once.</summary>
internal sealed class EventRecording(StoreSession session, long now)
{
    private readonly HashSet<(long Text, long Label)> touched = [];

    /// <summary>Texts and labels whose answers changed.</summary>
    public IReadOnlyCollection<(long Text, long Label)> Touched => touched;

    public int Recorded { get; private set; }

    public int Repeated { get; private set; }

    public int Erased { get; private set; }

    public void Add(IReadOnlyList<LabelEvent> events)
    {
        var hashes = events.Select(one => one.Text is null ? null : TextKey.Of(one.Text)).ToArray();
        // 1. Of events with one id the first counts; those on erased texts do not.
        var fresh = Fresh(events, hashes);
        // 2. What they name.
        var texts = Texts(fresh);
        var labels = Labels(fresh);
        // 3. The events, and what they say.
        Insert(fresh, texts);
        var answers = new RowSet(
            ("text_id", ColumnKind.Whole), ("label_id", ColumnKind.Whole), ("event_id", ColumnKind.Text),
            ("value", ColumnKind.Real), ("shown_p", ColumnKind.Real), ("shown_version", ColumnKind.Whole));
        foreach (var (one, hash) in fresh.Where(one => one.Hash is not null))
            foreach (var answer in one.Answers)
            {
                answers.Add(
                    texts[hash!], labels[answer.Label], one.Id, answer.Value, answer.ShownP,
                    (long?)answer.ShownVersion);
                touched.Add((texts[hash!], labels[answer.Label]));
            }
        session.Execute(
            "INSERT INTO answers (text_id, label_id, event_id, value, shown_p, shown_version) " +
            "SELECT text_id, label_id, event_id, value, shown_p, shown_version FROM @rows", answers);
        // 4. What withdrawn events said is to be counted anew. One that is not here yet is kept out when it comes.
        Withdraw(fresh);
        Recorded = fresh.Count;
    }

    private List<(LabelEvent Event, string? Hash)> Fresh(IReadOnlyList<LabelEvent> events, string?[] hashes)
    {
        var ids = new RowSet(("id", ColumnKind.Text));
        foreach (var one in events)
            ids.Add(one.Id);
        var there = session.Query(
            "SELECT e.id FROM @rows JOIN events e ON e.id = rows.id", row => row.GetString(0), ids)
            .ToHashSet(StringComparer.Ordinal);
        var erased = TextRows.Erased(session, hashes.OfType<string>());
        var fresh = new List<(LabelEvent, string?)>();
        foreach (var (one, hash) in events.Zip(hashes))
        {
            if (hash is not null && erased.Contains(hash))
                Erased++;
            else if (!there.Add(one.Id))
                Repeated++;
            else
                fresh.Add((one, hash));
        }
        return fresh;
    }

    /// <summary>Ids of texts by their hashes.</summary>
    private Dictionary<string, long> Texts(List<(LabelEvent Event, string? Hash)> events)
    {
        var ids = TextRows.Add(
            session, events.Where(one => one.Hash is not null).DistinctBy(one => one.Hash)
                .Select(one => (one.Hash!, one.Event.Text!)), now);
        TextRows.Add(session, events.Where(one => one.Hash is not null && one.Event.Message is not null)
            .DistinctBy(one => one.Event.Message).Select(one => (one.Event.Message!.Value, ids[one.Hash!])));
        return ids;
    }

    /// <summary>Ids of labels by their names.</summary>
    private Dictionary<string, long> Labels(List<(LabelEvent Event, string? Hash)> events)
    {
        var rows = new RowSet(("name", ColumnKind.Text));
        foreach (var name in events.SelectMany(one => one.Event.Answers).Select(answer => answer.Label)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            rows.Add(name);
        session.Execute(
            "INSERT INTO labels (name, added) SELECT name, @now FROM @rows WHERE true ON CONFLICT (name) DO NOTHING",
            rows, ("now", now));
        return session.Query("SELECT l.name, l.id FROM @rows JOIN labels l ON l.name = rows.name",
            row => (Name: row.GetString(0), Id: row.GetInt64(1)), rows)
            .ToDictionary(row => row.Name, row => row.Id, StringComparer.Ordinal);
    }

    private void Insert(List<(LabelEvent Event, string? Hash)> events, Dictionary<string, long> texts)
    {
        var rows = new RowSet(
            ("id", ColumnKind.Text), ("text_id", ColumnKind.Whole), ("at", ColumnKind.Whole),
            ("person", ColumnKind.Text), ("source", ColumnKind.Text), ("mode", ColumnKind.Text),
            ("propensity", ColumnKind.Real), ("blind", ColumnKind.Whole), ("milliseconds", ColumnKind.Whole),
            ("withdraws", ColumnKind.Text));
        foreach (var (one, hash) in events)
            rows.Add(
                one.Id, hash is null ? null : texts[hash], one.At.ToUnixTimeMilliseconds(), one.By, one.Source,
                AnswerModeNames.Of(one.Mode), one.Propensity,
                one.IsBlind is { } blind ? blind ? 1L : 0L : null, (long?)one.Milliseconds, one.Withdraws);
        session.Execute(
            "INSERT INTO events (id, text_id, at, recorded, person, source, mode, propensity, blind, milliseconds, " +
            "withdraws) SELECT id, text_id, at, @now, person, source, mode, propensity, blind, milliseconds, " +
            "withdraws FROM @rows", rows, ("now", now));
    }

    private void Withdraw(List<(LabelEvent Event, string? Hash)> events)
    {
        var rows = new RowSet(("id", ColumnKind.Text));
        foreach (var (one, _) in events.Where(one => one.Event.Withdraws is not null))
            rows.Add(one.Withdraws);
        touched.UnionWith(session.Query(
            "SELECT a.text_id, a.label_id FROM @rows JOIN answers a ON a.event_id = rows.id",
            row => (row.GetInt64(0), row.GetInt64(1)), rows));
    }
}
