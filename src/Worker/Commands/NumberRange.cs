using System.Globalization;
using System.Numerics;

namespace Worker.Commands;

/// <summary>The numbers that an option accepts; NaN is in no range.</summary>
/// <param name="Lower">Null for no bound.</param>
/// <param name="Upper">Null for no bound.</param>
/// <param name="IsAbove">Whether the lower bound itself is excluded.</param>
/// <param name="IsBelow">Whether the upper bound itself is excluded.</param>
internal sealed record NumberRange<T>(T? Lower, T? Upper = null, bool IsAbove = false, bool IsBelow = false)
    where T : struct, INumber<T>
{
    public bool Contains(T value) => value == Or || T.IsFinite(value)
        && (Lower is not { } lower || (IsAbove ? value > lower : value >= lower))
        && (Upper is not { } upper || (IsBelow ? value < upper : value <= upper));

    /// <summary>A value outside the bounds that has a special meaning.</summary>
    public T? Or { get; init; }

    /// <summary>In words, e.g. "2 to 1,000", "above 0 and at most 0.5", "at least 2, or 0".</summary>
    public override string ToString() => Or is { } value ? $"{Bounds()}, or {Text(value)}" : Bounds();

    private string Bounds()
    {
        if (Lower is { } from && Upper is { } to && !IsAbove && !IsBelow)
            return $"{Text(from)} to {Text(to)}";
        var lower = Lower is { } minimum ? $"{(IsAbove ? "above" : "at least")} {Text(minimum)}" : "";
        var upper = Upper is { } maximum ? $"{(IsBelow ? "below" : "at most")} {Text(maximum)}" : "";
        return lower.Length > 0 && upper.Length > 0 ? $"{lower} and {upper}" : lower + upper;
    }

    private static string Text(T value) =>
        value.ToString(T.IsInteger(value) ? "N0" : null, CultureInfo.InvariantCulture);
}
