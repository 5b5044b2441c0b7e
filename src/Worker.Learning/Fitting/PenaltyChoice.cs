namespace Worker.Learning.Fitting;

/// <summary>
/// The best penalty of the path so far, by the mean held-out log-loss of all parts, or of all but one. The part that
/// had no say can then be judged with it.
/// </summary>
/// <param name="without">The part that has no say; null if all have.</param>
internal sealed class PenaltyChoice(int? without)
{
    private double bestLoss = double.PositiveInfinity;

    /// <summary>Whether the last penalty was worse than the one before; then no weaker one is tried.</summary>
    public bool Settled { get; private set; }

    /// <summary>The best penalty.</summary>
    public double L2 { get; private set; }

    /// <summary>All held-out logits under it.</summary>
    public float[] Logits { get; private set; } = [];

    /// <summary>
    /// Takes in the next penalty of the path. The same loss as before means that the change of the penalty was too
    /// small to move a fit; a larger change may.
    /// </summary>
    /// <param name="logits">Held-out logits under it; kept.</param>
    /// <param name="losses">Sum of the log-losses of each part's rows, and how many they are.</param>
    /// <returns>Whether it is the best so far.</returns>
    public bool Judge(double l2, float[] logits, ReadOnlySpan<(double Sum, int Rows)> losses)
    {
        if (Settled)
            return false;
        var (sum, rows) = (0.0, 0);
        for (var part = 0; part < losses.Length; part++)
            if (part != without)
                (sum, rows) = (sum + losses[part].Sum, rows + losses[part].Rows);
        var loss = sum / rows;
        if (!(loss < bestLoss))
        {
            Settled = loss != bestLoss;
            return false;
        }
        (bestLoss, L2, Logits) = (loss, l2, logits);
        return true;
    }
}
