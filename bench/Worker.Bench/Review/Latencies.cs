namespace Worker.Bench.Review;

/// <summary>How long many calls of one kind took.</summary>
internal sealed class Latencies
{
    private readonly List<double> milliseconds = [];

    public void Add(TimeSpan took)
    {
        lock (milliseconds)
            milliseconds.Add(took.TotalMilliseconds);
    }

    /// <summary>Milliseconds that a share of the calls took at most.</summary>
    public double Quantile(double share)
    {
        var sorted = milliseconds.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
    }

    public override string ToString() =>
        $"p50 {Quantile(0.5):F2} ms, p95 {Quantile(0.95):F2}, p99 {Quantile(0.99):F2}, most {milliseconds.Max():F2} " +
        $"({milliseconds.Count:N0} calls)";
}
