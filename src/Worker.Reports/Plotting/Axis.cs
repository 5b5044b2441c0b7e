using System.Globalization;

namespace Worker.Reports.Plotting;

/// <summary>A mark on an axis.</summary>
/// <param name="At">0 is the start of the axis, 1 its end.</param>
internal readonly record struct Tick(double At, string Text);

/// <summary>Maps values to places, from 0 (start) to 1 (end).</summary>
/// <param name="Title">What is measured.</param>
/// <param name="Ticks">In order.</param>
/// <param name="Place">The place of a value; values outside are drawn at the edge.</param>
internal sealed record Axis(string Title, IReadOnlyList<Tick> Ticks, Func<double, double> Place)
{
    /// <summary>Log-odds axes end here; values beyond are drawn at the edge.</summary>
    private const double Outermost = 5e-4;

    /// <summary>From 0 to 1.</summary>
    public static Axis Share(string title) =>
        new(title, [.. Enumerable.Range(0, 6).Select(i => new Tick(i / 5.0, i is 0 or 5 ? $"{i / 5}" : $".{i * 2}"))],
        value => Math.Clamp(value, 0, 1));

    /// <summary>
    /// Probabilities from .0005 to .9995 by their log-odds: rare labels are near 0, where a plain axis shows nothing.
    /// </summary>
    public static Axis LogOdds(string title) => new(
        title,
        [.. ((double[])[0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]).Select(p =>
            new Tick(Logistic(p), p.ToString("#.###", CultureInfo.InvariantCulture)))],
        Logistic);

    /// <summary>From 0 to at least <paramref name="maximum"/>, with round steps.</summary>
    public static Axis FromZero(string title, double maximum) => Between(title, 0, maximum);

    /// <summary>
    /// From at most <paramref name="minimum"/> to at least <paramref name="maximum"/>, with round steps.
    /// </summary>
    public static Axis Between(string title, double minimum, double maximum)
    {
        var step = Step(Math.Max(maximum - minimum, 1e-9) / 6);
        var (from, to) = (Math.Floor(minimum / step + 1e-9) * step, Math.Ceiling(maximum / step - 1e-9) * step);
        if (to <= from)
            to = from + step;
        var count = (int)Math.Round((to - from) / step);
        return new Axis(
            title,
            [.. Enumerable.Range(0, count + 1).Select(i => new Tick((double)i / count, Short(from + i * step)))],
            value => Math.Clamp((value - from) / (to - from), 0, 1));
    }

    /// <summary>Names side by side, each in the middle of its part.</summary>
    public static Axis Names(string title, IReadOnlyList<string> names) =>
        new(title, [.. names.Select((name, i) => new Tick((i + 0.5) / names.Count, name))],
            i => (i + 0.5) / names.Count);

    private static double Logistic(double p)
    {
        p = Math.Clamp(p, Outermost, 1 - Outermost);
        return 0.5 + Math.Log(p / (1 - p)) / (2 * Math.Log((1 - Outermost) / Outermost));
    }

    /// <summary>1, 2 or 5 times a power of ten, at least the rough one.</summary>
    private static double Step(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * (rough / power) switch { <= 1.0000001 => 1, <= 2.0000001 => 2, <= 5.0000001 => 5, _ => 10 };
    }

    private static string Short(double value) => Math.Abs(value) switch
    {
        < 1e-12 => "0",
        >= 1e6 => (value / 1e6).ToString("0.#", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        >= 1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("#.####", CultureInfo.InvariantCulture),
    };
}
