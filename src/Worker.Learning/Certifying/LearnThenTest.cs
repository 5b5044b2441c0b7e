namespace Worker.Learning.Certifying;

/// <summary>A candidate of a sequence of tests.</summary>
/// <param name="Size">How many of the most confident rows it decides.</param>
/// <param name="Weight">Share of delta that enters the sequence here; of all candidates together at most 1.</param>
internal readonly record struct Candidate(int Size, double Weight);

/// <summary>
/// Learn-then-Test (Angelopoulos, Bates, Candès, Jordan and Lei 2021) with the fallback procedure (Wiens 2003):
/// candidates are tested from strict to lax. Several of them are starting points, each with its share of delta. A
/// candidate is tested at its own share plus, if the candidate before passed, the whole level of that candidate. The
/// laxest candidate that passed is certified. Order and shares are fixed before any answer is looked at. So the
/// probability that a candidate with a true risk above the target passes is at most delta, whatever the risks of the
/// others. It is not assumed that errors grow towards the lax end.
/// </summary>
internal static class LearnThenTest
{
    /// <summary>
    /// From this many rows, a side has two starting points: it can afford them, and survives early errors.
    /// </summary>
    public const int Large = 500;

    private static readonly (double From, double Weight)[] StartsOfLarge = [(0.2, 0.5), (0.4, 0.5)];

    // With an earlier start one early error ends the sequence too soon; with a later start errors at the lax end do
    // (simulated in docs/decisions/0010-evidence.md). For 60 to 500 rows dividing delta costs more than it gains.
    private static readonly (double From, double Weight)[] StartOfSmall = [(0.4, 1)];

    // Finer candidates reach no further but end closer to the target, where the next rows break it half of the time.
    private const double StepPart = 0.05;

    /// <summary>The candidates of a side; they depend only on its number of rows, never on answers.</summary>
    /// <param name="side">Rows that the laxest candidate decides.</param>
    /// <param name="target">Error target; in (0, 1).</param>
    /// <param name="delta">Level of all tests together; in (0, 1).</param>
    /// <returns>Rising, each at most <paramref name="side"/>; empty if even no error at all would not be enough
    /// evidence.</returns>
    public static IReadOnlyList<Candidate> Candidates(int side, double target, double delta)
    {
        var minimum = RiskTest.MinimumWithoutError(target, delta);
        if (side < minimum)
            return [];
        var candidates = new SortedDictionary<int, double>();
        var level = 0.0;
        foreach (var (part, weight) in side < Large ? StartOfSmall : StartsOfLarge)
        {
            level += weight * delta;
            var start = Critical(Math.Max(minimum, (int)(part * side)), target, weight * delta) ?? side;
            candidates[start] = candidates.GetValueOrDefault(start) + weight;
        }
        for (var size = candidates.Keys.First() + StepPart * side; size < side; size += StepPart * side)
            if (Critical((int)size, target, level) is { } critical && critical > candidates.Keys.First())
                candidates.TryAdd(critical, 0);
        candidates.TryAdd(Critical(side, target, level) ?? side, 0);
        candidates.TryAdd(side, 0);
        return [.. candidates.Select(pair => new Candidate(pair.Key, pair.Value))];
    }

    /// <summary>
    /// The smallest size that allows as many errors as the given one: 93 allow one error at 5%, and so do 120, where
    /// errors are more likely. Null if even no error does not pass.
    /// </summary>
    private static int? Critical(int size, double target, double level)
    {
        if (RiskTest.Binomial(0, size, target) > level)
            return null;
        var (allowed, tooMany) = (0, (int)(target * size) + 2);
        while (tooMany - allowed > 1)
        {
            var middle = (allowed + tooMany) / 2;
            if (middle <= size && RiskTest.Binomial(middle, size, target) <= level)
                allowed = middle;
            else
                tooMany = middle;
        }
        var (tooFew, enough) = (allowed, size);
        while (enough - tooFew > 1)
        {
            var middle = (tooFew + enough) / 2;
            if (RiskTest.Binomial(allowed, middle, target) <= level)
                enough = middle;
            else
                tooFew = middle;
        }
        return enough;
    }

    /// <summary>How many of the most confident rows may be decided automatically; 0 for none.</summary>
    /// <param name="losses">Losses of rows, the most confident first; each in [0, 1].</param>
    /// <param name="candidates">Rising.</param>
    /// <param name="target">The maximum mean loss; in (0, 1).</param>
    /// <param name="delta">Probability of a wrong certificate; in (0, 1).</param>
    public static int Certify(ReadOnlySpan<double> losses, IEnumerable<Candidate> candidates, double target,
        double delta)
    {
        RiskTest.RequireFraction(target);
        RiskTest.RequireFraction(delta);
        var (certified, seen, sum, binary, level) = (0, 0, 0.0, true, 0.0);
        foreach (var (size, weight) in candidates)
        {
            for (; seen < size; seen++)
            {
                var loss = losses[seen];
                if (!(loss is >= 0 and <= 1))
                    throw new ArgumentException(
                        $"the loss of row {seen} is {loss}, not within 0 and 1", nameof(losses));
                binary &= loss is 0 or 1;
                sum += loss;
            }
            level += weight * delta;
            if (level == 0)
                continue;
            var p = binary
                ? RiskTest.Binomial((int)sum, size, target)
                : RiskTest.HoeffdingBentkus(sum / size, size, target);
            if (p <= level)
                certified = size;
            else
                level = 0;
        }
        return certified;
    }
}
