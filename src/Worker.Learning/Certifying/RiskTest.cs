namespace Worker.Learning.Certifying;

/// <summary>
/// P-values of the hypothesis "the mean loss is above the target", from n independent losses: small if the observed
/// losses are fewer than such a mean would suggest.
/// </summary>
internal static class RiskTest
{
    private static readonly double[] LogFactorials = FirstLogFactorials();

    /// <summary>Losses of 0 and 1: P(Bin(n, target) ≤ errors), exact.</summary>
    /// <param name="errors">Losses that are 1; 0 to <paramref name="count"/>.</param>
    /// <param name="count">n; at least 0.</param>
    /// <param name="target">In (0, 1).</param>
    public static double Binomial(int errors, int count, double target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(errors);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(errors, count);
        RequireFraction(target);
        if (errors == count)
            return 1;
        var odds = target / (1 - target);
        // From either side the terms fall from the first on, so the sum needs only the terms that still matter.
        if (errors < target * count)
            return Math.Min(1, Sum(Mass(errors, count, target), errors, i => i / ((count - i + 1) * odds), -1, 0));
        return Math.Max(
            0, 1 - Sum(Mass(errors + 1, count, target), errors + 1, i => (count - i) * odds / (i + 1), +1, count));
    }

    /// <summary>
    /// Losses anywhere in [0, 1]: the smaller of Hoeffding's bound exp(−n·KL(mean, target)) and Bentkus's
    /// e·P(Bin(n, target) ≤ ⌈n·mean⌉) (Bates, Angelopoulos, Lei, Malik and Jordan 2021).
    /// </summary>
    /// <param name="mean">Mean of the losses.</param>
    /// <param name="count">n; at least 0.</param>
    /// <param name="target">In (0, 1).</param>
    public static double HoeffdingBentkus(double mean, int count, double target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RequireFraction(target);
        if (!(mean is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "a mean of losses in [0, 1] lies there too");
        if (count == 0)
            return 1;
        var hoeffding = Math.Exp(-count * Divergence(Math.Min(mean, target), target));
        // A product such as 0.07 · 100 must not be rounded up past its true value 7.
        var bentkus = Math.E * Binomial(Math.Min(count, (int)Math.Ceiling(count * mean - 1e-9)), count, target);
        return Math.Min(1, Math.Min(hoeffding, bentkus));
    }

    /// <summary>
    /// The minimum number of losses, all 0, that reject a mean above the target at level delta: 59 for .05 at .05.
    /// </summary>
    public static int MinimumWithoutError(double target, double delta) =>
        (int)Math.Ceiling(Math.Log(delta) / Math.Log(1 - target));

    internal static void RequireFraction(double target)
    {
        if (!(target is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(target), target, "an error target lies between 0 and 1");
    }

    private static double Sum(double first, int from, Func<int, double> ratio, int step, int last)
    {
        var (sum, term) = (first, first);
        for (var i = from; i != last && term > sum * 1e-17; i += step)
        {
            term *= ratio(i);
            sum += term;
        }
        return sum;
    }

    /// <summary>P(Bin(n, p) = k).</summary>
    private static double Mass(int k, int n, double p) =>
        Math.Exp(LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k) + k * Math.Log(p) + (n - k) * Math.Log(1 - p));

    /// <summary>KL divergence of Bernoulli(a) from Bernoulli(b), in nats.</summary>
    private static double Divergence(double a, double b) =>
        (a > 0 ? a * Math.Log(a / b) : 0) + (a < 1 ? (1 - a) * Math.Log((1 - a) / (1 - b)) : 0);

    /// <summary>ln n!, by Stirling's series from 32 on (error under 1e-13).</summary>
    private static double LogFactorial(int n)
    {
        if (n < LogFactorials.Length)
            return LogFactorials[n];
        double x = n;
        return (x + 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x * x * x) + 1 / (
            1260 * x * x * x * x * x);
    }

    private static double[] FirstLogFactorials()
    {
        var table = new double[32];
        for (var n = 1; n < table.Length; n++)
            table[n] = table[n - 1] + Math.Log(n);
        return table;
    }
}
