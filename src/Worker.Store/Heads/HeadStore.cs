using System.Data.Common;
using Worker.Store.Database;
using Worker.Store.Examples;
using Worker.Store.Ownership;
using Worker.Store.Sending;

namespace Worker.Store.Heads;

/// <summary>A head that was made, and what was decided about it.</summary>
/// <param name="Label">Id of the label.</param>
/// <param name="Json">The head, as on the heads topic.</param>
/// <param name="Verdict">Why, as JSON.</param>
/// <param name="Evidence">What it says of the texts that it was judged on; null where that is not kept.</param>
internal sealed record StoredHead(
    long Label, int Version, DateTimeOffset Made, HeadState State, string Json, string Verdict, byte[]? Evidence);

/// <summary>Every head that was made, with its verdict. Any thread.</summary>
internal sealed class HeadStore(StoreDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Heads written at once: a statement holds their evidence, 13 bytes a text, several times over.
    /// </summary>
    private const int HeadsOfStatement = 8;

    /// <summary>
    /// Writes heads down together with what is to be sent because of them, and what was fitted up to which change:
    /// all or nothing, and nothing once another learner owns one of the labels.
    /// </summary>
    /// <param name="heads">Of leased labels.</param>
    /// <param name="sent">Goes to Kafka.</param>
    /// <param name="fitted">Up to which change labels were read; what came later stays pending.</param>
    /// <param name="leases">One for each label.</param>
    /// <exception cref="LeaseLostException">A label has another owner now.</exception>
    public void Record(
        IReadOnlyList<StoredHead> heads, IReadOnlyList<OutboxRecord> sent,
        IReadOnlyList<(long Label, long Change)> fitted, IReadOnlyList<Lease> leases) =>
        database.Transact(session =>
        {
            LeaseStore.Require(session, leases);
            ExampleStore.Fitted(session, fitted, clock.GetUtcNow().ToUnixTimeMilliseconds());
            foreach (var some in heads.Chunk(HeadsOfStatement))
                Add(session, some);
            Outbox.Add(session, sent, clock.GetUtcNow().ToUnixTimeMilliseconds());
        });

    /// <summary>
    /// Writes down what became of canaries, together with what is to be sent because of it: all or nothing, and nothing
    /// once another learner owns one of the labels, or a canary has ended.
    /// </summary>
    /// <param name="ended">Of leased labels, under the versions of the canaries.</param>
    /// <param name="sent">Goes to Kafka.</param>
    /// <param name="leases">One for each label.</param>
    /// <exception cref="LeaseLostException">A label has another owner now.</exception>
    public void End(
        IReadOnlyList<StoredHead> ended, IReadOnlyList<OutboxRecord> sent, IReadOnlyList<Lease> leases) =>
        database.Transact(session =>
        {
            LeaseStore.Require(session, leases);
            var rows = new RowSet(
                ("label_id", ColumnKind.Whole), ("version", ColumnKind.Whole), ("state", ColumnKind.Text),
                ("head", ColumnKind.Text), ("verdict", ColumnKind.Text));
            foreach (var head in ended)
                rows.Add(
                    head.Label, (long)head.Version, HeadStateNames.Of(head.State), head.Json, head.Verdict);
            session.Execute(
                "UPDATE heads SET state = rows.state, head = rows.head, verdict = rows.verdict FROM @rows " +
                "WHERE heads.label_id = rows.label_id AND heads.version = rows.version AND heads.state = 'canary'",
                rows);
            // As when a head is recorded: the ones before it are compared with none.
            session.Execute(
                "UPDATE heads SET evidence = NULL FROM @rows WHERE heads.label_id = rows.label_id " +
                "AND heads.version < rows.version AND rows.state = 'promoted'", rows);
            Outbox.Add(session, sent, clock.GetUtcNow().ToUnixTimeMilliseconds());
        });

    /// <summary>Canaries that have not ended, by label and version; without their evidence.</summary>
    public IReadOnlyList<StoredHead> Canaries() => database.Read(session => session.Query(
        "SELECT label_id, version, made, state, head, verdict, NULL FROM heads WHERE state = 'canary' " +
        "ORDER BY label_id, version", Read));

    /// <summary>The newest head of each label; without its evidence.</summary>
    public IReadOnlyDictionary<long, StoredHead> Last() => database.Read(session => session.Query(
        "SELECT h.label_id, h.version, h.made, h.state, h.head, h.verdict, NULL FROM heads h WHERE h.version = " +
        "(SELECT MAX(n.version) FROM heads n WHERE n.label_id = h.label_id)", Read))
        .ToDictionary(head => head.Label);

    /// <summary>All heads of some labels, newest first.</summary>
    /// <param name="labels">Ids.</param>
    public IReadOnlyList<StoredHead> Of(IEnumerable<long> labels)
    {
        var rows = new RowSet(("id", ColumnKind.Whole));
        foreach (var label in labels)
            rows.Add(label);
        return database.Read(session => session.Query(
            "SELECT h.label_id, h.version, h.made, h.state, h.head, h.verdict, h.evidence FROM @rows JOIN heads h " +
            "ON h.label_id = rows.id ORDER BY h.label_id, h.version DESC", Read, rows));
    }

    private static void Add(StoreSession session, IReadOnlyList<StoredHead> heads)
    {
        var rows = new RowSet(
            ("label_id", ColumnKind.Whole), ("version", ColumnKind.Whole), ("made", ColumnKind.Whole),
            ("state", ColumnKind.Text), ("head", ColumnKind.Text), ("verdict", ColumnKind.Text),
            ("evidence", ColumnKind.Blob));
        foreach (var head in heads)
            rows.Add(
                head.Label, (long)head.Version, head.Made.ToUnixTimeMilliseconds(),
                HeadStateNames.Of(head.State), head.Json, head.Verdict, head.Evidence);
        // Only the last two heads of a label are compared with others: their evidence is enough.
        session.Execute(
            "UPDATE heads SET evidence = NULL FROM @rows WHERE heads.label_id = rows.label_id " +
            "AND heads.version < rows.version AND (heads.state <> 'promoted' OR rows.state = 'promoted')", rows);
        session.Execute(
            "INSERT INTO heads (label_id, version, made, state, head, verdict, evidence) " +
            "SELECT label_id, version, made, state, head, verdict, evidence FROM @rows", rows);
    }

    private static StoredHead Read(DbDataReader row) => new(
        row.GetInt64(0), (int)row.GetInt64(1), row.Time(2),
        HeadStateNames.Read(row.GetString(3)), row.GetString(4), row.GetString(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6));
}
