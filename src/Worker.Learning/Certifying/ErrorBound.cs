namespace Worker.Learning.Certifying;

/// <summary>
/// A lower bound on the error rate of a stream of decisions that holds at all times together: with probability 1 −
/// alpha it never rises above the true rate, however often one looks. It uses betting (Waudby-Smith and Ramdas 2024):
/// for every rate m, capital is bet on "the error is higher", spread over a grid of odds. If the true rate is at most
/// m, the capital is a supermartingale, which by Ville's inequality reaches 1/alpha with probability at most alpha.
/// Rates whose capital reaches that are ruled out.
/// </summary>
internal sealed class ErrorBound
{
    /// <summary>
    /// The alternatives that are bet on, as fractions of the way from m to 1; most stakes are near m, where drift
    /// begins.
    /// </summary>
    private static readonly double[] Alternatives = [0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.22, 0.33, 0.5, 0.75];

    private readonly double alpha;

    /// <param name="alpha">Probability of ever being wrong; in (0, 1).</param>
    public ErrorBound(double alpha)
    {
        RiskTest.RequireFraction(alpha);
        this.alpha = alpha;
    }

    /// <summary>Goes on from what another with the same alpha has seen.</summary>
    /// <exception cref="ArgumentException">It cannot have seen that.</exception>
    public ErrorBound(double alpha, long seen, long errors, double lower)
        : this(alpha)
    {
        if (errors < 0 || errors > seen || !(lower is >= 0 and < 1))
            throw new ArgumentException($"of {seen} decisions {errors} cannot be wrong with a bound of {lower}",
                nameof(errors));
        (Seen, Errors, Lower) = (seen, errors, lower);
    }

    /// <summary>Decisions whose answer was seen.</summary>
    public long Seen { get; private set; }

    /// <summary>How many of them were wrong.</summary>
    public long Errors { get; private set; }

    /// <summary>The true rate is at least this; never falls.</summary>
    public double Lower { get; private set; }

    /// <summary>Takes in the next decision.</summary>
    public void Observe(bool wrong)
    {
        Seen++;
        if (!wrong)
            return;
        Errors++;
        // The capital of a higher rate only grows with an error, so only then can the bound rise.
        if (LogCapital(Math.Max(Lower, 1e-12)) < -Math.Log(alpha))
            return;
        var (low, high) = (Lower, (double)Errors / Seen);
        for (var step = 0; step < 40; step++)
        {
            var middle = (low + high) / 2;
            if (LogCapital(middle) >= -Math.Log(alpha))
                low = middle;
            else
                high = middle;
        }
        Lower = low;
    }

    /// <summary>Whether a rate of at most that is ruled out.</summary>
    public bool Exceeds(double rate) => Lower > rate;

    /// <summary>ln of the mean, over the alternatives q, of (q/m)^errors · ((1−q)/(1−m))^right.</summary>
    private double LogCapital(double m)
    {
        Span<double> logs = stackalloc double[Alternatives.Length];
        var largest = double.NegativeInfinity;
        for (var i = 0; i < logs.Length; i++)
        {
            var q = m + (1 - m) * Alternatives[i];
            logs[i] = Errors * Math.Log(q / m) + (Seen - Errors) * Math.Log((1 - q) / (1 - m));
            largest = Math.Max(largest, logs[i]);
        }
        var sum = 0.0;
        foreach (var log in logs)
            sum += Math.Exp(log - largest);
        return largest + Math.Log(sum / logs.Length);
    }
}
