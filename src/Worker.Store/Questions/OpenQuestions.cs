using Worker.Store.Database;

namespace Worker.Store.Questions;

/// <summary>
/// How many questions are open. A queue of a million takes a tenth of a second to count, so beyond
/// <see cref="Exact"/> the count may be some seconds old. Whoever has time counts again (<see cref="Recount"/>), so
/// that nobody who waits for a question does. Any thread.
/// </summary>
internal sealed class OpenQuestions(StoreDatabase database, TimeProvider clock)
{
    /// <summary>Up to here they are counted each time.</summary>
    public const int Exact = 10_000;

    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);
    private Counted? last;

    public long Count(StoreSession session)
    {
        if (!IsLong(session, out var some))
            return some;
        return Volatile.Read(ref last) is { } known && clock.GetElapsedTime(known.At) < Lasts
            ? known.Open
            : All(session);
    }

    /// <summary>Counts a long queue again.</summary>
    public void Recount() => database.Read(session => IsLong(session, out _) ? All(session) : 0);

    private static bool IsLong(StoreSession session, out long some)
    {
        some = session.Number(
            $"SELECT COUNT(*) FROM (SELECT 1 FROM questions WHERE wanted > 0 LIMIT {Exact}) AS counted") ?? 0;
        return some == Exact;
    }

    private long All(StoreSession session)
    {
        var open = session.Number("SELECT COUNT(*) FROM questions WHERE wanted > 0") ?? 0;
        Volatile.Write(ref last, new Counted(open, clock.GetTimestamp()));
        return open;
    }

    private sealed record Counted(long Open, long At);
}
