using System.Collections.Immutable;

namespace Worker.Core.Heads;

/// <summary>
/// How far a head's calibrated probability can be trusted. For each probability, Venn-Abers prediction gives two bounds
/// (Vovk, Petej and Fedorova 2015): one as if the text did not have the label and one as if it had. With many examples
/// they nearly meet; a wide interval means that examples like this one are missing. Two with the same knots are equal.
/// </summary>
public sealed class ProbabilityInterval : IEquatable<ProbabilityInterval>
{
    private readonly ImmutableArray<double> probabilities;
    private readonly ImmutableArray<double> low;
    private readonly ImmutableArray<double> high;

    /// <param name="probabilities">Calibrated probabilities, each above the one before; at least one.</param>
    /// <param name="low">The lower bound at each; none below the one before.</param>
    /// <param name="high">The upper bound at each; none below the one before, nor below the lower bound.</param>
    /// <exception cref="ArgumentException">They break these rules.</exception>
    public ProbabilityInterval(IEnumerable<double> probabilities, IEnumerable<double> low, IEnumerable<double> high)
    {
        this.probabilities = [.. probabilities];
        this.low = [.. low];
        this.high = [.. high];
        if (this.probabilities.Length == 0 || this.low.Length != this.probabilities.Length
            || this.high.Length != this.probabilities.Length)
            throw new ArgumentException(
                $"has {this.probabilities.Length} probabilities, {this.low.Length} lower and {this.high.Length} " +
                "upper bounds: the same number of each is needed, at least one", nameof(probabilities));
        if (!this.probabilities.All(double.IsFinite)
            || this.probabilities.Zip(this.probabilities.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException("has probabilities that do not rise from knot to knot", nameof(probabilities));
        if (!Rises(this.low) || !Rises(this.high) || this.low.Zip(this.high).Any(pair => pair.First > pair.Second))
            throw new ArgumentException("has bounds that fall, cross or are not within 0 and 1", nameof(low));
    }

    /// <summary>Where the knots are, rising.</summary>
    public IReadOnlyList<double> Probabilities => probabilities;

    public IReadOnlyList<double> Low => low;

    public IReadOnlyList<double> High => high;

    /// <summary>The bounds at a calibrated probability; allocates nothing.</summary>
    public (double Low, double High) At(double probability) => (
        Knots.Interpolate(probabilities.AsSpan(), low.AsSpan(), probability),
        Knots.Interpolate(probabilities.AsSpan(), high.AsSpan(), probability));

    /// <summary>The distance between the bounds at a calibrated probability, in [0, 1]; allocates nothing.</summary>
    public double Width(double probability)
    {
        var (lower, upper) = At(probability);
        return upper - lower;
    }

    public bool Equals(ProbabilityInterval? other) =>
        other is not null && probabilities.AsSpan().SequenceEqual(other.probabilities.AsSpan())
        && low.AsSpan().SequenceEqual(other.low.AsSpan()) && high.AsSpan().SequenceEqual(other.high.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as ProbabilityInterval);

    public override int GetHashCode() => HashCode.Combine(probabilities.Length, low[0], high[^1]);

    private static bool Rises(ImmutableArray<double> bounds) =>
        bounds.All(p => p is >= 0 and <= 1) && !bounds.Zip(bounds.Skip(1)).Any(pair => pair.First > pair.Second);
}
