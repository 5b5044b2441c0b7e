using Worker.Core.Heads;
using Worker.Core.Numerics;

namespace Worker.Learning.Calibrating;

/// <summary>
/// Isotonic calibration: the rising curve nearest to the answers, level within each pooled block and linear from the
/// end of one to the start of the next (Zadrozny and Elkan 2002). It needs many examples: with few it follows chance,
/// and Platt's two parameters are better.
/// </summary>
internal static class Isotonic
{
    /// <summary>Maximum number of knots in a head.</summary>
    public const int MaximumKnots = 2 * MaximumBlocks;

    private const int MaximumBlocks = 64;

    private const int Digits = 6;

    /// <summary>Fits the curve to held-out logits.</summary>
    /// <param name="logits">Of rows that were not fitted on; finite.</param>
    /// <param name="answers">True where the label holds; as many, at least one.</param>
    public static Calibration Fit(ReadOnlySpan<float> logits, ReadOnlySpan<bool> answers)
    {
        if (logits.Length != answers.Length || logits.IsEmpty)
            throw new ArgumentException(
                $"there are {logits.Length} logits and {answers.Length} answers", nameof(answers));
        using var sorted = new Rented<float>(logits.Length);
        using var truth = new Rented<bool>(logits.Length);
        logits.CopyTo(sorted.Span);
        answers.CopyTo(truth.Span);
        sorted.Span.Sort(truth.Span);
        var pooled = new PooledBlocks();
        foreach (var row in PooledBlocks.Rows(sorted.Array, truth.Array, logits.Length))
            pooled.Add(row);
        var knots = Thinned(Vouched([.. pooled.Blocks])).SelectMany(block =>
            new[] { (Logit: block.First, P: Believed(block)), (Logit: block.Last, P: Believed(block)) });
        // Smoothing may have moved a share based on few rows below its neighbour's; logits that are equal after
        // rounding are joined.
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var (exact, p) in knots)
        {
            var logit = Math.Round(exact, Digits);
            if (x.Count > 0 && logit <= x[^1])
                continue;
            x.Add(logit);
            y.Add(Math.Round(y.Count > 0 ? Math.Max(p, y[^1]) : p, Digits));
        }
        return Calibration.Identity with { Curve = new CalibrationCurve(x, y) };
    }

    /// <summary>
    /// A share of exactly 0 or 1 is only as sure as its number of rows allows: Laplace's rule at the two ends.
    /// </summary>
    private static double Believed(Block block) =>
        Math.Clamp(block.Share, 1 / (block.Rows + 2), 1 - 1 / (block.Rows + 2));

    /// <summary>
    /// Joins an end's block of all no, or all yes, with its neighbour while it has too few rows to be surer than the
    /// neighbour. Otherwise a handful of no at the bottom could lift the whole curve.
    /// </summary>
    private static List<Block> Vouched(List<Block> blocks)
    {
        while (blocks.Count > 1 && Believed(blocks[0]) > blocks[1].Share)
        {
            blocks[1] = blocks[0].With(blocks[1]);
            blocks.RemoveAt(0);
        }
        while (blocks.Count > 1 && Believed(blocks[^1]) < blocks[^2].Share)
        {
            blocks[^2] = blocks[^2].With(blocks[^1]);
            blocks.RemoveAt(blocks.Count - 1);
        }
        return blocks;
    }

    /// <summary>Joins the neighbours with the closest shares until few enough are left.</summary>
    private static List<Block> Thinned(List<Block> blocks)
    {
        while (blocks.Count > MaximumBlocks)
        {
            var nearest = 1;
            for (var i = 2; i < blocks.Count; i++)
                if (blocks[i].Share - blocks[i - 1].Share < blocks[nearest].Share - blocks[nearest - 1].Share)
                    nearest = i;
            blocks[nearest - 1] = blocks[nearest - 1].With(blocks[nearest]);
            blocks.RemoveAt(nearest);
        }
        return blocks;
    }
}
