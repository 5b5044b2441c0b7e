namespace Worker.Learning.Calibrating;

/// <summary>Neighbouring rows that share one isotonic value.</summary>
/// <param name="Yes">Answers that are yes.</param>
/// <param name="Rows">Answers.</param>
/// <param name="First">The lowest logit.</param>
/// <param name="Last">The highest.</param>
internal readonly record struct Block(double Yes, double Rows, double First, double Last)
{
    public double Share => Yes / Rows;

    /// <summary>This and the block next above it as one.</summary>
    public Block With(Block above) => new(Yes + above.Yes, Rows + above.Rows, First, above.Last);
}

/// <summary>
/// Isotonic regression by pooling adjacent violators (Ayer et al. 1955): blocks in the order of their logits, pooled
/// until each block's share of yes is above the one before. Blocks that were pooled separately may be pooled further
/// together; the result is the same.
/// </summary>
internal sealed class PooledBlocks
{
    private readonly List<Block> blocks = [];

    public IReadOnlyList<Block> Blocks => blocks;

    /// <summary>Adds the next higher block; returns the index of the block that it is now part of.</summary>
    public int Add(Block next)
    {
        while (blocks.Count > 0 && blocks[^1].Share >= next.Share)
        {
            next = blocks[^1].With(next);
            blocks.RemoveAt(blocks.Count - 1);
        }
        blocks.Add(next);
        return blocks.Count - 1;
    }

    public void Clear() => blocks.Clear();

    /// <summary>Rows in the order of their logits; rows with the same logit are one block.</summary>
    /// <param name="count">How many rows; arrays may be longer.</param>
    /// <param name="weights">How much each row counts; null for 1.</param>
    public static IEnumerable<Block> Rows(float[] sortedLogits, bool[] answers, int count, double[]? weights = null)
    {
        for (int i = 0, end; i < count; i = end)
        {
            var (yes, rows) = (0.0, 0.0);
            for (end = i; end < count && sortedLogits[end] == sortedLogits[i]; end++)
            {
                var weight = weights is null ? 1 : weights[end];
                (yes, rows) = (yes + (answers[end] ? weight : 0), rows + weight);
            }
            yield return new Block(yes, rows, sortedLogits[i], sortedLogits[i]);
        }
    }
}
