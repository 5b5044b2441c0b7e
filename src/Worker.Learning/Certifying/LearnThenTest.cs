namespace Worker.Learning.Certifying;

/// <summary>
/// Learn-then-Test with fixed-sequence testing (Angelopoulos, Bates, Candès, Jordan and Lei 2021): candidates are tested
/// from strict to lax, each at level delta, until one fails; the last that passed is certified. Because the order is fixed
/// before an answer is looked at, the probability that a certified candidate's true risk is above the target is at most
/// delta, however many there are.
/// </summary>
public static class LearnThenTest
{
    /// <summary>
    /// The sequence starts at so large a share of the rows: at fewer, one early error would end it before it got anywhere.
    /// </summary>
    public const double FirstShare = 0.1;

    // Finer candidates reach no further but end nearer to the target, where the next rows break it half of the time: over
    // 2,000 splits of the offensive tweets, 5.4% of them at a hundredth against 4.2% at a twentieth, for a share of .39 against .37.
    private const double StepShare = 0.05;

    /// <summary>
    /// Sizes of the candidates: how many of the most confident rows each decides. They depend on numbers of rows alone,
    /// never on answers.
    /// </summary>
    /// <param name="side">Rows that the laxest candidate decides.</param>
    /// <param name="all">All answered rows.</param>
    /// <param name="target">Error target; in (0, 1).</param>
    /// <param name="delta">Level of each test; in (0, 1).</param>
    /// <returns>Rising, each at most <paramref name="side"/>; empty where even no error at all would not be evidence.</returns>
    public static IEnumerable<int> Sizes(int side, int all, double target, double delta)
    {
        var fewest = RiskTest.FewestWithoutError(target, delta);
        if (side < fewest)
            yield break;
        // A tenth of all rows, but of a rare label's few not more than half, or there would be no room to be strict.
        var size = Math.Max(fewest, (int)Math.Ceiling(Math.Min(FirstShare * all, 0.5 * side)));
        var step = Math.Max(1, (int)Math.Round(Math.Min(StepShare * all, 2 * StepShare * side)));
        for (; size < side; size += step)
            yield return size;
        yield return side;
    }

    /// <summary>How many of the most confident rows may be decided automatically; 0 for none.</summary>
    /// <param name="losses">Of rows in order, the most confident first; each in [0, 1].</param>
    /// <param name="sizes">Candidates, rising.</param>
    /// <param name="target">The largest mean loss wanted; in (0, 1).</param>
    /// <param name="delta">Probability of a wrong certificate; in (0, 1).</param>
    public static int Certify(ReadOnlySpan<double> losses, IEnumerable<int> sizes, double target, double delta)
    {
        RiskTest.RequireFraction(target);
        RiskTest.RequireFraction(delta);
        var (certified, seen, sum, binary) = (0, 0, 0.0, true);
        foreach (var size in sizes)
        {
            for (; seen < size; seen++)
            {
                var loss = losses[seen];
                if (!(loss is >= 0 and <= 1))
                    throw new ArgumentException($"the loss of row {seen} is {loss}, not within 0 and 1", nameof(losses));
                binary &= loss is 0 or 1;
                sum += loss;
            }
            var p = binary ? RiskTest.Binomial((int)sum, size, target) : RiskTest.HoeffdingBentkus(sum / size, size, target);
            if (p > delta)
                break;
            certified = size;
        }
        return certified;
    }
}
