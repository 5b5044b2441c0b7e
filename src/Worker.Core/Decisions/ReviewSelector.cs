using Worker.Core.Heads;

namespace Worker.Core.Decisions;

/// <summary>Why a message goes to review.</summary>
/// <param name="Label">The label that is least certain.</param>
/// <param name="Uncertainty">Its uncertainty, in [0, 1]; 1 is a coin toss.</param>
public readonly record struct ReviewReason(string Label, double Uncertainty);

/// <summary>
/// Picks the least certain share of a stream without knowing its future: a message goes to review when its
/// uncertainty (that of its least certain label) is above the (1 − share) quantile of the messages just before it.
/// The quantile is taken over a sliding window, so it follows a drifting stream within that many messages.
/// Deterministic: the same stream gives the same picks.
/// </summary>
public sealed class ReviewSelector
{
    private const int Bins = 10_000;
    private const int Span = 2000;

    private readonly double share;
    private readonly int[] histogram = new int[Bins + 1];
    private readonly short[] recent = new short[Span];
    private long seen;

    public ReviewSelector(ReviewOptions options) => share = options.Share;

    /// <summary>The reason why this message goes to review, or null.</summary>
    /// <param name="heads">The heads that scored it.</param>
    /// <param name="probabilities">One for each head.</param>
    public ReviewReason? Select(HeadSet heads, ReadOnlySpan<float> probabilities)
    {
        if (share <= 0 || probabilities.IsEmpty)
            return null;
        var label = 0;
        var uncertainty = -1.0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            var u = heads.Heads[i].Thresholds.Uncertainty(probabilities[i]);
            if (u > uncertainty)
                (label, uncertainty) = (i, u);
        }
        var bin = (int)(Math.Clamp(uncertainty, 0, 1) * Bins);
        var selected = share >= 1 || bin > QuantileBin();
        Remember(bin);
        return selected ? new ReviewReason(heads.Heads[label].Label, uncertainty) : null;
    }

    /// <summary>
    /// The lowest bin with at most the asked share of the window above it. With nothing seen yet, the share's
    /// complement: about right for the first messages.
    /// </summary>
    private int QuantileBin()
    {
        var known = Math.Min(seen, Span);
        if (known * share < 1)
            return (int)((1 - share) * Bins);
        var above = 0;
        var bin = Bins;
        while (bin > 0 && above + histogram[bin] <= known * share)
            above += histogram[bin--];
        return bin;
    }

    private void Remember(int bin)
    {
        var slot = (int)(seen % Span);
        if (seen >= Span)
            histogram[recent[slot]]--;
        recent[slot] = (short)bin;
        histogram[bin]++;
        seen++;
    }
}
