namespace Worker.Core.Heads;

/// <summary>
/// A head that runs in shadow beside its label's head in use: it scores every message in the same pass and decides
/// nothing. Where the two disagree, people may be asked.
/// </summary>
/// <param name="Label">Index of its label in <see cref="HeadSet.Heads"/>.</param>
/// <param name="Head">The challenger.</param>
public readonly record struct Challenger(int Label, Head Head)
{
    /// <summary>Whether the challenger decides otherwise than the head in use.</summary>
    /// <param name="probability">The challenger's, calibrated.</param>
    /// <param name="passes">Whether the head in use has its label pass its threshold.</param>
    public bool Disagrees(float probability, bool passes) =>
        probability >= (float)Head.Thresholds.Decide != passes;
}
