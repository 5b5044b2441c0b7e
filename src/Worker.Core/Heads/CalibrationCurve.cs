using System.Collections.Immutable;

namespace Worker.Core.Heads;

/// <summary>
/// A rising line through knots, constant beyond the first and the last: the form of isotonic calibration in a head. Two
/// curves with the same knots are equal.
/// </summary>
public sealed class CalibrationCurve : IEquatable<CalibrationCurve>
{
    private readonly ImmutableArray<double> logits;
    private readonly ImmutableArray<double> probabilities;

    /// <param name="logits">Where the knots are, each above the one before; at least one.</param>
    /// <param name="probabilities">Their heights, in [0, 1], none below the one before; the same number.</param>
    /// <exception cref="ArgumentException">They break these rules.</exception>
    public CalibrationCurve(IEnumerable<double> logits, IEnumerable<double> probabilities)
    {
        this.logits = [.. logits];
        this.probabilities = [.. probabilities];
        if (this.logits.Length == 0 || this.logits.Length != this.probabilities.Length)
            throw new ArgumentException(
                $"has {this.logits.Length} logits and {this.probabilities.Length} probabilities: the same number of " +
                "both is needed, at least one", nameof(logits));
        if (!this.logits.All(double.IsFinite)
            || this.logits.Zip(this.logits.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException("has logits that do not rise from knot to knot", nameof(logits));
        if (!this.probabilities.All(p => p is >= 0 and <= 1)
            || this.probabilities.Zip(this.probabilities.Skip(1)).Any(pair => pair.First > pair.Second))
            throw new ArgumentException(
                "has probabilities that fall from knot to knot, or are not within 0 and 1", nameof(probabilities));
    }

    /// <summary>Where the knots are, rising.</summary>
    public IReadOnlyList<double> Logits => logits;

    /// <summary>Their heights.</summary>
    public IReadOnlyList<double> Probabilities => probabilities;

    /// <summary>The curve's height; allocates nothing.</summary>
    public double At(double logit) => Knots.Interpolate(logits.AsSpan(), probabilities.AsSpan(), logit);

    public bool Equals(CalibrationCurve? other) =>
        other is not null && logits.AsSpan().SequenceEqual(other.logits.AsSpan())
            && probabilities.AsSpan().SequenceEqual(other.probabilities.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as CalibrationCurve);

    public override int GetHashCode() => HashCode.Combine(logits.Length, logits[0], probabilities[^1]);
}

/// <summary>Piecewise linear functions given by knots.</summary>
internal static class Knots
{
    /// <summary>The value at <paramref name="at"/>: linear between knots, constant beyond them.</summary>
    public static double Interpolate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double at)
    {
        if (!(at > x[0]))
            return y[0];
        if (at >= x[^1])
            return y[^1];
        var found = x.BinarySearch(at);
        if (found >= 0)
            return y[found];
        var above = ~found;
        var share = (at - x[above - 1]) / (x[above] - x[above - 1]);
        return y[above - 1] + share * (y[above] - y[above - 1]);
    }
}
