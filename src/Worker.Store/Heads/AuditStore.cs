using System.Data.Common;
using Worker.Store.Database;

namespace Worker.Store.Heads;

/// <summary>How a label's head in use fares in the audit.</summary>
/// <param name="Label">Id of the label.</param>
/// <param name="Version">Of the head.</param>
/// <param name="Seen">Audited texts with an answer.</param>
/// <param name="Errors">Texts of which the head decides otherwise.</param>
/// <param name="Lower">The error is at least this.</param>
/// <param name="Promised">And was to be at most this; null for a head that promised nothing.</param>
/// <param name="AlarmSince">Since when it has been in alarm; null while it is not.</param>
/// <param name="Withdrawn">Which certificates were taken back from it: yes, no, or both; null for none.</param>
/// <param name="Looked">When a learner looked.</param>
internal sealed record StoredAudit(
    long Label, int Version, long Seen, long Errors, double Lower, double? Promised, DateTimeOffset? AlarmSince,
    string? Withdrawn, DateTimeOffset Looked);

/// <summary>
/// The last look at each head in use, for people and for a learner that starts anew. It is worked out from the
/// examples, so nothing is lost with it, and learners that write at once write the same. Any thread.
/// </summary>
internal sealed class AuditStore(StoreDatabase database)
{
    /// <summary>Of each label that was looked at.</summary>
    public IReadOnlyDictionary<long, StoredAudit> All() => database.Read(session => session.Query(
        "SELECT label_id, version, seen, errors, lower_bound, promised, alarm_since, withdrawn, looked FROM audits",
        Read)).ToDictionary(audit => audit.Label);

    /// <summary>Replaces what is there of some labels.</summary>
    /// <param name="audits">One a label.</param>
    /// <param name="unwatched">Ids of labels that have no head to look at any more.</param>
    public void Write(IReadOnlyList<StoredAudit> audits, IReadOnlyList<long> unwatched)
    {
        if (audits.Count + unwatched.Count == 0)
            return;
        // In one order for all learners, so that two of them never wait for each other.
        var (rows, gone) = (new RowSet(
            ("label_id", ColumnKind.Whole), ("version", ColumnKind.Whole), ("seen", ColumnKind.Whole),
            ("errors", ColumnKind.Whole), ("lower_bound", ColumnKind.Real), ("promised", ColumnKind.Real),
            ("alarm_since", ColumnKind.Whole), ("withdrawn", ColumnKind.Text), ("looked", ColumnKind.Whole)),
            new RowSet(("id", ColumnKind.Whole)));
        foreach (var audit in audits.OrderBy(audit => audit.Label))
            rows.Add(
                audit.Label, (long)audit.Version, audit.Seen, audit.Errors, audit.Lower, audit.Promised,
                audit.AlarmSince?.ToUnixTimeMilliseconds(), audit.Withdrawn, audit.Looked.ToUnixTimeMilliseconds());
        foreach (var label in unwatched.Order())
            gone.Add(label);
        database.Transact(session =>
        {
            session.Execute("DELETE FROM audits WHERE label_id IN (SELECT id FROM @rows)", gone);
            session.Execute(
                """
                INSERT INTO audits
                    (label_id, version, seen, errors, lower_bound, promised, alarm_since, withdrawn, looked)
                SELECT label_id, version, seen, errors, lower_bound, promised, alarm_since, withdrawn, looked
                FROM @rows WHERE true
                ON CONFLICT (label_id) DO UPDATE SET version = excluded.version, seen = excluded.seen,
                    errors = excluded.errors, lower_bound = excluded.lower_bound, promised = excluded.promised,
                    alarm_since = excluded.alarm_since, withdrawn = excluded.withdrawn, looked = excluded.looked
                """, rows);
        });
    }

    private static StoredAudit Read(DbDataReader row) => new(
        row.GetInt64(0), (int)row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetDouble(4),
        row.IsDBNull(5) ? null : row.GetDouble(5), row.IsDBNull(6) ? null : row.Time(6),
        row.IsDBNull(7) ? null : row.GetString(7), row.Time(8));
}
