using System.Data.Common;
using Worker.Store.Database;

namespace Worker.Store.Heads;

/// <summary>How a label's canary and the head in use beside it fare in the same audited texts.</summary>
/// <param name="Label">Id of the label.</param>
/// <param name="Version">Of the canary.</param>
/// <param name="Seen">Audited texts with an answer that neither was fitted on.</param>
/// <param name="Errors">Texts of which the canary decides otherwise.</param>
/// <param name="ErrorsInUse">Texts of which the head in use does.</param>
/// <param name="Promotion">When the canary is to decide all messages; null until it is on the heads topic.</param>
/// <param name="Looked">When a learner looked.</param>
internal sealed record StoredCanaryAudit(
    long Label, int Version, long Seen, long Errors, long ErrorsInUse, DateTimeOffset? Promotion,
    DateTimeOffset Looked);

/// <summary>
/// The last look at each canary, for people. What stands here of a version that is no canary any more means nothing.
/// Learners that write at once write the same. Any thread.
/// </summary>
internal sealed class CanaryAuditStore(StoreDatabase database)
{
    /// <summary>By label; of canaries that have ended too.</summary>
    public IReadOnlyDictionary<long, StoredCanaryAudit> All() => database.Read(session => session.Query(
        "SELECT label_id, version, seen, errors, errors_in_use, promotion, looked FROM canary_audits", Read))
        .ToDictionary(audit => audit.Label);

    /// <summary>Replaces what is there of these labels.</summary>
    /// <param name="audits">One a label.</param>
    public void Write(IReadOnlyList<StoredCanaryAudit> audits)
    {
        if (audits.Count == 0)
            return;
        var rows = new RowSet(
            ("label_id", ColumnKind.Whole), ("version", ColumnKind.Whole),
            ("seen", ColumnKind.Whole), ("errors", ColumnKind.Whole), ("errors_in_use", ColumnKind.Whole),
            ("promotion", ColumnKind.Whole), ("looked", ColumnKind.Whole));
        // In one order for all learners, so that two of them never wait for each other.
        foreach (var audit in audits.OrderBy(audit => audit.Label))
            rows.Add(
                audit.Label, (long)audit.Version, audit.Seen, audit.Errors, audit.ErrorsInUse,
                audit.Promotion?.ToUnixTimeMilliseconds(), audit.Looked.ToUnixTimeMilliseconds());
        database.Transact(session => session.Execute(
            """
            INSERT INTO canary_audits (label_id, version, seen, errors, errors_in_use, promotion, looked)
            SELECT label_id, version, seen, errors, errors_in_use, promotion, looked FROM @rows WHERE true
            ON CONFLICT (label_id) DO UPDATE SET version = excluded.version, seen = excluded.seen,
                errors = excluded.errors, errors_in_use = excluded.errors_in_use,
                promotion = excluded.promotion, looked = excluded.looked
            """, rows));
    }

    private static StoredCanaryAudit Read(DbDataReader row) => new(
        row.GetInt64(0), (int)row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4),
        row.IsDBNull(5) ? null : row.Time(5), row.Time(6));
}
