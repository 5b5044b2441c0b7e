namespace Worker.Learning.Promoting;

/// <summary>
/// One-sided bounds of a weighted mean gain by the percentile bootstrap (Efron 1979): distinct texts are drawn with
/// replacement, each with its weight, and the mean taken anew.
/// </summary>
/// <param name="Mean">Of all texts, weighted.</param>
/// <param name="Lower">With probability 1 − level the true mean is at least this.</param>
/// <param name="Upper">With probability 1 − level it is at most this.</param>
internal readonly record struct GainBounds(double Mean, double Lower, double Upper)
{
    /// <summary>
    /// More texts are drawn in random blocks: as many draws tell the spread of a mean to a sixtieth, and a label of
    /// 20,000 answers takes no longer than one of 2,000.
    /// </summary>
    private const int MaximumBlocks = 2000;

    /// <param name="texts">At least one, in an order that does not depend on how rows came in.</param>
    public static GainBounds Of(PairedText[] texts, PromotionOptions options)
    {
        var random = new Random(options.Seed);
        var (gains, weights) = Blocks(texts, random);
        var means = new double[options.Resamples];
        for (var sample = 0; sample < means.Length; sample++)
        {
            var (sum, weight) = (0.0, 0.0);
            for (var draw = 0; draw < gains.Length; draw++)
            {
                var block = random.Next(gains.Length);
                sum += gains[block];
                weight += weights[block];
            }
            means[sample] = sum / weight;
        }
        Array.Sort(means);
        var outside = (int)(options.Level * means.Length);
        return new GainBounds(
            PairedText.Mean(texts, text => text.Gain), means[Math.Max(0, outside - 1)],
            means[Math.Min(means.Length - 1, means.Length - outside)]);
    }

    /// <summary>Sums of weighted gains and of weights, a block each.</summary>
    private static (double[] Gains, double[] Weights) Blocks(PairedText[] texts, Random random)
    {
        var order = Enumerable.Range(0, texts.Length).ToArray();
        // Neighbours in the order are alike; blocks must not be.
        if (texts.Length > MaximumBlocks)
            random.Shuffle(order);
        var count = Math.Min(texts.Length, MaximumBlocks);
        var (gains, weights) = (new double[count], new double[count]);
        for (var i = 0; i < order.Length; i++)
        {
            var text = texts[order[i]];
            gains[i % count] += text.Weight * text.Gain;
            weights[i % count] += text.Weight;
        }
        return (gains, weights);
    }
}
