using Worker.Core;
using Worker.Store.Database;

namespace Worker.Store.Ownership;

/// <summary>The right to work on something, for a while.</summary>
/// <param name="Name">What on.</param>
/// <param name="Token">Rises with every new owner: what is written under an older one is refused.</param>
internal readonly record struct Lease(string Name, long Token);

/// <summary>Somebody else owns what was to be written.</summary>
internal sealed class LeaseLostException(string message) : UserFacingException(message);

/// <summary>
/// Who works on what. A lease ends by itself, so that nobody waits for an owner that is gone; an owner that wakes up
/// after that cannot write, because its token is not the last one (a fencing token; Kleppmann 2016). Any thread.
/// </summary>
/// <param name="owner">This process, unlike any other and unlike its own earlier lives.</param>
internal sealed class LeaseStore(StoreDatabase database, string owner, TimeProvider clock)
{
    /// <summary>Takes those that are free, or this owner's already; renews the latter under their tokens.</summary>
    /// <param name="names">What on.</param>
    /// <param name="duration">For how long.</param>
    /// <returns>The ones that it has now.</returns>
    public IReadOnlyList<Lease> Take(IEnumerable<string> names, TimeSpan duration)
    {
        var now = clock.GetUtcNow();
        var rows = new RowSet(("name", ColumnKind.Text));
        // In one order for all owners, so that two of them never wait for each other.
        foreach (var name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            rows.Add(name);
        return database.Transact(session => session.Query(
            """
            INSERT INTO leases (name, owner, token, until) SELECT name, @owner, 1, @until FROM @rows WHERE true
            ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until, token =
                CASE WHEN leases.owner = excluded.owner AND leases.until >= @now
                    THEN leases.token ELSE leases.token + 1 END
            WHERE leases.owner = excluded.owner OR leases.until < @now
            RETURNING name, token
            """,
            row => new Lease(row.GetString(0), row.GetInt64(1)), rows, ("owner", owner),
            ("now", now.ToUnixTimeMilliseconds()), ("until", (now + duration).ToUnixTimeMilliseconds())));
    }

    /// <summary>Gives leases back, so that others need not wait for their end.</summary>
    public void Release(IEnumerable<Lease> leases)
    {
        var rows = Rows(leases);
        database.Transact(session => session.Execute(
            "UPDATE leases SET until = 0 FROM @rows WHERE leases.name = rows.name AND leases.token = rows.token",
            rows));
    }

    /// <summary>Ends a transaction unless every lease is still the last one of its name.</summary>
    /// <exception cref="LeaseLostException">One is not.</exception>
    public static void Require(StoreSession session, IReadOnlyList<Lease> leases)
    {
        // Changing the rows keeps a new owner out until the transaction ends.
        var held = session.Query(
            "UPDATE leases SET token = leases.token FROM @rows WHERE leases.name = rows.name " +
            "AND leases.token = rows.token RETURNING leases.name", row => row.GetString(0), Rows(leases))
            .ToHashSet(StringComparer.Ordinal);
        if (leases.FirstOrDefault(lease => !held.Contains(lease.Name)) is { Name: not null } lost)
            throw new LeaseLostException(
                $"'{lost.Name}' has another owner by now: this one took longer than its lease, and writes nothing");
    }

    private static RowSet Rows(IEnumerable<Lease> leases)
    {
        var rows = new RowSet(("name", ColumnKind.Text), ("token", ColumnKind.Whole));
        foreach (var lease in leases.OrderBy(lease => lease.Name, StringComparer.Ordinal))
            rows.Add(lease.Name, lease.Token);
        return rows;
    }
}
