using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Store.Database;
using Worker.Store.Sending;

namespace Worker.Store.Examples;

/// <summary>
/// Texts and what people said of them. Invariant: a partition's offset is recorded together with all that its events
/// led to, and only on from where it was. So every event counts once, however often it is read and whoever reads it.
/// Any thread.
/// </summary>
internal sealed class ExampleStore(StoreDatabase database, Agreement agreement, TimeProvider clock)
{
    /// <summary>Records events, in one transaction.</summary>
    /// <exception cref="OutOfStepException">A partition is not where the batch begins.</exception>
    /// <exception cref="StoreException">The store refuses or is away.</exception>
    public BatchReport Record(LabelBatch batch) => database.Transact(session =>
    {
        // 1. Its number. Whoever holds this row records alone, so what two people say of one text at the same moment is
        // seen by whichever comes second.
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var change = session.Number(
            "UPDATE counters SET value = value + 1 WHERE name = 'change' RETURNING value")!.Value;
        // 2. The partitions go on from where they are.
        Offsets.Advance(session, batch.Progress);
        Outbox.Add(session, batch.Outgoing, now);
        // 3. Texts, events, answers; then what counts for each text and label that they touch.
        var recording = new EventRecording(session, now);
        recording.Add(batch.Events);
        var changed = new ExampleUpdate(session, agreement, change, now).Run(recording.Touched);
        // 4. Nobody needs to be asked about texts that were answered.
        AnsweredQuestions.Close(session, batch.Events.Select(one => one.Id));
        return new BatchReport(recording.Recorded, recording.Repeated, recording.Erased, changed);
    });

    /// <summary>The next offset of each partition that is known.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> NextOffsets() => database.Read(Offsets.Read);

    /// <summary>The text that came in a message, if an answer has told it; null otherwise.</summary>
    public string? TextOf(SourcePosition message) => database.Read(session => session.Query(
        "SELECT t.text FROM messages m JOIN texts t ON t.id = m.text_id " +
        "WHERE m.topic = @topic AND m.part = @part AND m.pos = @pos",
        reader => reader.GetString(0),
        ("topic", message.Topic), ("part", (long)message.Partition), ("pos", message.Offset)).FirstOrDefault());

    /// <summary>Every label, in the order of names.</summary>
    public IReadOnlyList<LabelState> Labels() => database.Read(session => session.Query(
        "SELECT id, name, positives, negatives, weak, blind, disputed, last_answer, pending, pending_since, fitted, " +
        "fitted_at, description, asked FROM labels ORDER BY name",
        LabelState.Read));

    /// <summary>Examples of some labels that count: label by label, of each the newest text first.</summary>
    /// <param name="labels">Ids.</param>
    /// <param name="maximum">Of each label at most.</param>
    public IReadOnlyList<StoredExample> Examples(IEnumerable<long> labels, int maximum = int.MaxValue) =>
        database.Read(session => labels.SelectMany(label => session.Query(
            "SELECT label_id, text_id, value, blind, propensity, at, change FROM examples " +
            "WHERE label_id = @label AND value IS NOT NULL ORDER BY text_id DESC LIMIT @maximum",
            StoredExample.Read, ("label", label), ("maximum", (long)maximum))).ToList());

    /// <summary>Texts of the examples that <see cref="Examples"/> gives; ids.</summary>
    /// <inheritdoc cref="Examples"/>
    public IReadOnlySet<long> TextsOf(IEnumerable<long> labels, int maximum = int.MaxValue) =>
        database.Read(session =>
        {
            var texts = new HashSet<long>();
            foreach (var label in labels)
                session.Query(
                    "SELECT text_id FROM examples WHERE label_id = @label AND value IS NOT NULL " +
                    "ORDER BY text_id DESC LIMIT @maximum",
                    row => texts.Add(row.GetInt64(0)), ("label", label), ("maximum", (long)maximum));
            return texts;
        });

    /// <summary>Audited examples of a label that count, in the order in which they were recorded.</summary>
    /// <param name="label">Id.</param>
    /// <param name="after">Those that were recorded after this change.</param>
    public IReadOnlyList<StoredExample> Audits(long label, long after) => database.Read(session => session.Query(
        "SELECT label_id, text_id, value, blind, propensity, at, change FROM examples WHERE label_id = @label AND " +
        "change > @after AND propensity IS NOT NULL AND value IN (0, 1) ORDER BY change, text_id",
        StoredExample.Read, ("label", label), ("after", after)));

    /// <summary>Texts by their ids; an id without a text is left out.</summary>
    public IReadOnlyDictionary<long, string> Texts(IEnumerable<long> ids)
    {
        var rows = Ids(ids);
        return database.Read(session => session.Query(
            "SELECT t.id, t.text FROM @rows JOIN texts t ON t.id = rows.id",
            reader => (Id: reader.GetInt64(0), Text: reader.GetString(1)), rows)
            .ToDictionary(row => row.Id, row => row.Text));
    }

    /// <summary>Notes, within a transaction, up to which change labels have been fitted.</summary>
    internal static void Fitted(StoreSession session, IReadOnlyList<(long Label, long Change)> labels, long now)
    {
        var rows = new RowSet(("id", ColumnKind.Whole), ("change", ColumnKind.Whole));
        foreach (var (label, change) in labels)
            rows.Add(label, change);
        session.Execute(
            """
            UPDATE labels SET fitted = rows.change, fitted_at = @now, pending_since = @now, asked = 0, pending =
                (SELECT COUNT(*) FROM examples e WHERE e.label_id = labels.id AND e.change > rows.change)
            FROM @rows WHERE labels.id = rows.id
            """, rows, ("now", now));
    }

    /// <summary>Has labels trained as soon as a learner is free; returns how many of the names are labels.</summary>
    public int Ask(IEnumerable<string> names)
    {
        var rows = new RowSet(("name", ColumnKind.Text));
        foreach (var name in names)
            rows.Add(name);
        return database.Transact(session => session.Execute(
            "UPDATE labels SET asked = 1 FROM @rows WHERE labels.name = rows.name", rows));
    }

    /// <summary>The number of the last change.</summary>
    public long LastChange() =>
        database.Read(session => session.Number("SELECT value FROM counters WHERE name = 'change'")!.Value);

    internal static RowSet Ids(IEnumerable<long> ids)
    {
        var rows = new RowSet(("id", ColumnKind.Whole));
        foreach (var id in ids)
            rows.Add(id);
        return rows;
    }
}
