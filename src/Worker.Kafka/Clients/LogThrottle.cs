namespace Worker.Kafka.Clients;

/// <summary>
/// Lets a few lines of each kind through per period, and counts the rest. Pure: the caller passes the time.
/// </summary>
internal sealed class LogThrottle(int linesPerPeriod, TimeSpan period)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Tally> tallies = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether a line of this kind may be written now, and how many of its kind were suppressed since the last one.
    /// </summary>
    /// <param name="elapsed">Time since any fixed point; it never goes back.</param>
    public bool Admits(string kind, TimeSpan elapsed, out int suppressed)
    {
        lock (gate)
        {
            if (!tallies.TryGetValue(kind, out var tally))
                tallies[kind] = tally = new Tally { Since = elapsed };
            if (elapsed - tally.Since >= period)
            {
                tally.Since = elapsed;
                tally.Lines = 0;
            }
            suppressed = 0;
            if (tally.Lines >= linesPerPeriod)
            {
                tally.Suppressed++;
                return false;
            }
            tally.Lines++;
            (suppressed, tally.Suppressed) = (tally.Suppressed, 0);
            return true;
        }
    }

    private sealed class Tally
    {
        public TimeSpan Since { get; set; }
        public int Lines { get; set; }
        public int Suppressed { get; set; }
    }
}
