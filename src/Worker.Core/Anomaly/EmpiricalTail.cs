namespace Worker.Core.Anomaly;

/// <summary>
/// Brings channels of different units to one scale: −ln of the share of known texts that score as high or higher. Up to
/// the 95% quantile the share is counted. Beyond it, where few texts are left to count, the share falls exponentially
/// with the mean excess (peaks over threshold, Pickands 1975, with shape 0), so that values far out differ from values
/// a little out.
/// </summary>
public sealed class EmpiricalTail
{
    /// <summary>Maximum number of values kept.</summary>
    public const int MaximumKnots = 1000;

    private const double Body = 0.95;

    /// <param name="knots">Known values or evenly spaced quantiles of them, ascending; at least one.</param>
    /// <param name="threshold">Their 95% quantile.</param>
    /// <param name="excess">Mean of what exceeds the threshold; above 0.</param>
    public EmpiricalTail(float[] knots, float threshold, float excess)
    {
        if (knots.Length == 0)
            throw new ArgumentException("there are no known values", nameof(knots));
        if (!(excess > 0) || !float.IsFinite(excess) || !float.IsFinite(threshold))
            throw new ArgumentException(
                $"the threshold {threshold} and the excess {excess} must be finite, and the excess above 0",
                nameof(excess));
        if (!IsAscending(knots))
            throw new ArgumentException("known values must rise", nameof(knots));
        (Knots, Threshold, Excess) = (knots, threshold, excess);
    }

    public float[] Knots { get; }

    public float Threshold { get; }

    public float Excess { get; }

    /// <summary>Learns from values of texts that are known to be normal.</summary>
    /// <param name="values">At least one; NaN is refused.</param>
    /// <exception cref="ArgumentException">There are no values, or one is not a number.</exception>
    public static EmpiricalTail Of(ReadOnlySpan<float> values)
    {
        var sorted = values.ToArray();
        if (sorted.Length == 0 || Array.Exists(sorted, v => !float.IsFinite(v)))
            throw new ArgumentException(
                sorted.Length == 0
                    ? "there are no values to learn from"
                    : "a value is not a finite number", nameof(values));
        Array.Sort(sorted);
        var threshold = sorted[Math.Min(sorted.Length - 1, (int)(Body * sorted.Length))];
        var above = sorted.Where(v => v > threshold).Select(v => (double)v - threshold).DefaultIfEmpty(0).Average();
        // If nothing exceeds the threshold (few texts, or all alike), the spread below it gives the scale.
        var scale = above > 0 ? above : Math.Max(1e-6, (threshold - sorted[sorted.Length / 2]) / -Math.Log(1 - Body));
        return new EmpiricalTail(Thin(sorted, MaximumKnots), threshold, (float)scale);
    }

    /// <summary>−ln of the share of known texts with such a value or a higher one; 0 for the lowest.</summary>
    public float Surprise(float value) => value > Threshold
        ? (float)-Math.Log(1 - Body) + (value - Threshold) / Excess
        : MathF.Log((Knots.Length + 1f) / (Knots.Length - CountBelow(Knots, value) + 1));

    /// <summary>How many of ascending values are below one.</summary>
    public static int CountBelow(ReadOnlySpan<float> ascending, float value)
    {
        var (low, high) = (0, ascending.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ascending[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Whether every value is a number and not below the one before.</summary>
    internal static bool IsAscending(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            if (float.IsNaN(values[i]) || (i > 0 && values[i] < values[i - 1]))
                return false;
        return true;
    }

    /// <summary>At most a number of evenly spaced values of ascending values: the middle of each stretch.</summary>
    public static float[] Thin(float[] ascending, int maximum) => ascending.Length <= maximum
        ? ascending
        : [.. Enumerable.Range(0, maximum).Select(i => ascending[(int)((i + 0.5) * ascending.Length / maximum)])];
}
