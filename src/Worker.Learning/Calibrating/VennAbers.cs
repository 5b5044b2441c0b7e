using Worker.Core.Heads;

namespace Worker.Learning.Calibrating;

/// <summary>
/// Inductive Venn-Abers prediction (Vovk, Petej and Fedorova 2015): the isotonic value of a text when it is added to
/// the held-out rows once as a no and once as a yes. One of the two is perfectly calibrated whatever the distribution;
/// their distance shows how much the held-out rows say about such a text. It is kept at a few knots, not for every row.
/// </summary>
internal static class VennAbers
{
    /// <summary>Maximum number of knots in a head.</summary>
    public const int MaximumKnots = 32;

    private const int Digits = 6;

    /// <summary>
    /// Bounds at knots spread over the held-out rows, half of them over the rarer rows that have the label.
    /// </summary>
    /// <param name="logits">Held-out.</param>
    /// <param name="answers">As many.</param>
    /// <param name="calibration">The calibration that turns the logits into the knots' probabilities.</param>
    /// <param name="weights">How much each row counts, above 0; as many. A text of today counts 1, and they are scaled
    /// so that they sum up to the effective sample size. Null for all alike.</param>
    public static ProbabilityInterval Fit(
        ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers, Calibration calibration, double[]? weights = null)
    {
        var order = new int[logits.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var (sorted, all) = (logits.ToArray(), answers.ToArray());
        Array.Sort(sorted, order);
        var truth = Array.ConvertAll(order, row => all[row]);
        var masses = weights is null ? null : Array.ConvertAll(order, row => weights[row]);
        if (masses is not null)
        {
            var scale = masses.Sum() / masses.Sum(mass => mass * mass);
            masses = Array.ConvertAll(masses, mass => mass * scale);
        }
        var at = KnotLogits(sorted, truth);
        var segments = Segments(sorted, truth, masses, at);
        var (p, low, high) = (new List<double>(), new List<double>(), new List<double>());
        for (var knot = 0; knot < at.Count; knot++)
        {
            var probability = Math.Round(calibration.Probability(at[knot]), Digits);
            if (p.Count > 0 && probability <= p[^1])
                continue;
            p.Add(probability);
            // Bounds rise with the logit; only rounding could make them fall.
            low.Add(Math.Max(Value(segments, knot, yes: 0), low.Count > 0 ? low[^1] : 0));
            high.Add(Math.Max(Value(segments, knot, yes: 1), high.Count > 0 ? high[^1] : 0));
        }
        return new ProbabilityInterval(p, low, high);
    }

    /// <summary>Logits of rows, each above the one before.</summary>
    private static List<float> KnotLogits(float[] sorted, bool[] truth)
    {
        var positives = sorted.Where((_, row) => truth[row]).ToArray();
        return [.. Quantiles(sorted).Concat(Quantiles(positives)).Distinct().Order()];
    }

    private static IEnumerable<float> Quantiles(float[] sorted)
    {
        const int count = MaximumKnots / 2;
        return sorted.Length == 0
            ? []
            : Enumerable.Range(0, count).Select(i => sorted[(int)((long)(sorted.Length - 1) * i / (count - 1))]);
    }

    /// <summary>The rows, pooled between the knots: 2k are the rows below knot k, 2k + 1 those at it.</summary>
    private static Block[][] Segments(float[] sorted, bool[] truth, double[]? weights, List<float> at)
    {
        var segments = new PooledBlocks[2 * at.Count + 1];
        for (var i = 0; i < segments.Length; i++)
            segments[i] = new PooledBlocks();
        var segment = 0;
        foreach (var row in PooledBlocks.Rows(sorted, truth, sorted.Length, weights))
        {
            var logit = (float)row.First;
            while (segment / 2 < at.Count && logit > at[segment / 2])
                segment = segment / 2 * 2 + 2;
            if (segment / 2 < at.Count && logit == at[segment / 2])
                segment |= 1;
            segments[segment].Add(row);
        }
        return [.. segments.Select(pooled => pooled.Blocks.ToArray())];
    }

    /// <summary>The isotonic value at a knot with one more row there.</summary>
    private static double Value(Block[][] segments, int knot, int yes)
    {
        var pooled = new PooledBlocks();
        var place = -1;
        for (var segment = 0; segment < segments.Length; segment++)
        {
            if (segment == 2 * knot + 1)
            {
                var here = segments[segment].Aggregate(new Block(yes, 1, 0, 0), (sum, block) => sum.With(block));
                place = pooled.Add(here);
                continue;
            }
            foreach (var block in segments[segment])
            {
                var at = pooled.Add(block);
                // Pooled down into the knot's own block, or past its place.
                place = place > at ? at : place;
            }
        }
        return Math.Round(pooled.Blocks[place].Share, Digits);
    }
}
