using System.Numerics.Tensors;

namespace Worker.Core.Decisions;

/// <summary>
/// The distribution of the last 2,000 values of a stream, for asking whether a value belongs to its top share without
/// knowing the future. It follows a drifting stream within that many values.
/// </summary>
internal sealed class RunningQuantile
{
    private const int Bins = 2000;
    private const int Span = 2000;

    private readonly int[] histogram = new int[Bins + 1];
    private readonly short[] recent = new short[Span];
    private long seen;

    /// <summary>
    /// Whether fewer than the share of the remembered values are above; if that is less than one value, whether none
    /// is.
    /// </summary>
    /// <param name="value">In [0, 1].</param>
    /// <param name="share">From 0 (only a new maximum) to 1 (everything).</param>
    public bool IsInTop(double value, double share)
    {
        if (share >= 1)
            return true;
        var room = Math.Max(1, share * Math.Min(seen, Span));
        var bin = Bin(value);
        var above = 0;
        for (var higher = Bins; higher > bin; higher--)
        {
            above += histogram[higher];
            if (above >= room)
                return false;
        }
        return true;
    }

    /// <summary>
    /// Estimates the share of the stream that is above a value: (above + 1) / (remembered + 2), so that with few values
    /// nothing counts as rare.
    /// </summary>
    /// <param name="value">In [0, 1].</param>
    public double ShareAbove(double value)
    {
        var above = TensorPrimitives.Sum<int>(histogram.AsSpan(Bin(value) + 1));
        return (above + 1.0) / (Math.Min(seen, Span) + 2);
    }

    public void Add(double value)
    {
        var slot = (int)(seen % Span);
        if (seen >= Span)
            histogram[recent[slot]]--;
        recent[slot] = (short)Bin(value);
        histogram[recent[slot]]++;
        seen++;
    }

    private static int Bin(double value) => (int)(Math.Clamp(value, 0, 1) * Bins);
}
