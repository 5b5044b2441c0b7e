namespace Worker.Bench.Quality;

/// <summary>
/// Ways to tell how likely the decisions about a text with exactly one label are wrong, when the most probable label is
/// yes and the others are no.
/// </summary>
/// <param name="Name">In tables.</param>
/// <param name="Chances">From the labels' calibrated probabilities and the index of the largest: each label's chance
/// that its decision is wrong.</param>
internal sealed record ExclusiveConfidence(string Name, Func<double[], int, double[]> Chances)
{
    public static IReadOnlyList<ExclusiveConfidence> All { get; } =
    [
        new("own p", (p, top) => Each(p, top, x => x)),
        new("p / sum", (p, top) => Shares(p, top)),
        new("odds / sum", (p, top) => Shares(Array.ConvertAll(p, Odds), top)),
        new("p2 / (p1 + p2)", (p, top) =>
            Each(p, top, x => x, _ => Second(p, top) / Math.Max(1e-12, p[top] + Second(p, top)))),
        new("(1 - margin) / 2", (p, top) => Each(p, top, x => x, _ => (1 - p[top] + Second(p, top)) / 2)),
        new("max(1 - p1, p2)", (p, top) => Each(p, top, x => x, x => Math.Max(1 - x, Second(p, top)))),
    ];

    private static double[] Shares(double[] values, int top)
    {
        var sum = Math.Max(1e-12, values.Sum());
        return Each(values, top, x => x / sum);
    }

    private static double[] Each(
        double[] values, int top, Func<double, double> probability, Func<double, double>? ofTop = null) =>
        [.. values.Select((x, i) => i != top ? probability(x) : ofTop is null ? 1 - probability(x) : ofTop(x))];

    private static double Second(double[] p, int top) => p.Where((_, i) => i != top).Max();

    private static double Odds(double p)
    {
        p = Math.Clamp(p, 1e-6, 1 - 1e-6);
        return p / (1 - p);
    }
}
