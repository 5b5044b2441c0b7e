namespace Worker.Learning.Certifying;

/// <summary>A candidate of a sequence of tests.</summary>
/// <param name="Size">How many of the most confident rows it decides.</param>
/// <param name="Weight">Share of delta that enters the sequence here; of all candidates together at most 1.</param>
public readonly record struct Candidate(int Size, double Weight);

/// <summary>
/// Learn-then-Test (Angelopoulos, Bates, Candès, Jordan and Lei 2021) with the fallback procedure (Wiens 2003): candidates
/// are tested from strict to lax. Several of them are starting points, each with its share of delta; a candidate is tested
/// at its own share plus, when the one before passed, all that this one was tested at. The laxest that passed is certified.
/// Because order and shares are fixed before an answer is looked at, the probability that any candidate passes whose
/// true risk is above the target is at most delta, whatever the risks of the others: that errors grow towards the lax end is
/// not assumed.
/// </summary>
public static class LearnThenTest
{
    /// <summary>Starting points as parts of a side's rows, and their shares of delta.</summary>
    private static readonly (double Part, double Weight)[] Starts = [(0.4, 0.5), (0.7, 0.25), (1, 0.25)];

    /// <summary>With fewer times the fewest rows that are evidence, a side has one starting point.</summary>
    private const double Divided = 3;

    /// <summary>Where a small side starts; of its rows.</summary>
    private const double SmallStart = 0.5;

    // Finer candidates reach no further but end nearer to the target, where the next rows break it half of the time.
    private const double Step = 0.1;

    /// <summary>The candidates of a side; they depend on its number of rows alone, never on answers.</summary>
    /// <param name="side">Rows that the laxest candidate decides.</param>
    /// <param name="target">Error target; in (0, 1).</param>
    /// <param name="delta">Level of all tests together; in (0, 1).</param>
    /// <returns>Rising, each at most <paramref name="side"/>; empty where even no error at all would not be evidence.</returns>
    public static IReadOnlyList<Candidate> Candidates(int side, double target, double delta)
    {
        var fewest = RiskTest.FewestWithoutError(target, delta);
        if (side < fewest)
            return [];
        var weights = new SortedDictionary<int, double>();
        if (side < Divided * fewest)
            weights[Math.Max(fewest, (int)Math.Ceiling(SmallStart * side))] = 1;
        else
            foreach (var (part, weight) in Starts)
                weights[Math.Max(fewest, (int)Math.Ceiling(part * side))] = weight;
        var step = Math.Max(1, (int)Math.Round(Step * side));
        for (var size = weights.Keys.First(); size < side; size += step)
            weights.TryAdd(size, 0);
        weights.TryAdd(side, 0);
        return [.. weights.Select(pair => new Candidate(pair.Key, pair.Value))];
    }

    /// <summary>How many of the most confident rows may be decided automatically; 0 for none.</summary>
    /// <param name="losses">Of rows in order, the most confident first; each in [0, 1].</param>
    /// <param name="candidates">Rising.</param>
    /// <param name="target">The largest mean loss wanted; in (0, 1).</param>
    /// <param name="delta">Probability of a wrong certificate; in (0, 1).</param>
    public static int Certify(ReadOnlySpan<double> losses, IEnumerable<Candidate> candidates, double target, double delta)
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
                    throw new ArgumentException($"the loss of row {seen} is {loss}, not within 0 and 1", nameof(losses));
                binary &= loss is 0 or 1;
                sum += loss;
            }
            level += weight * delta;
            if (level == 0)
                continue;
            var p = binary ? RiskTest.Binomial((int)sum, size, target) : RiskTest.HoeffdingBentkus(sum / size, size, target);
            if (p <= level)
                certified = size;
            else
                level = 0;
        }
        return certified;
    }
}
