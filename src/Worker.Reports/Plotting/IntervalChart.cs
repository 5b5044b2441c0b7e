using System.Globalization;
using System.Xml.Linq;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Plotting;

/// <summary>A row of an <see cref="IntervalChart"/>.</summary>
/// <param name="Ink">Of the point and its interval.</param>
internal readonly record struct NamedInterval(string Name, double Low, double Middle, double High, Ink Ink);

/// <summary>Named points with their intervals, one below the other, on one axis.</summary>
internal static class IntervalChart
{
    private const double AxisWidth = 316;
    private const double NarrowLeft = 128;

    /// <summary>Generous width of a character of a name; no font is measured here.</summary>
    private const double Character = 7;

    private const double Right = 16;
    private const double RowHeight = 22;
    private const double Top = 4;

    /// <param name="description">What it shows, for those who cannot see it.</param>
    /// <param name="reading">A sentence on how to read it.</param>
    public static XElement Render(
        string title, string reading, string description, string axisTitle, IReadOnlyList<NamedInterval> rows)
    {
        var axis = Axis.Between(axisTitle, rows.Min(row => row.Low), rows.Max(row => row.High));
        var bottom = Top + rows.Count * RowHeight;
        var left = Math.Max(NarrowLeft, 16 + Character * rows.Max(row => row.Name.Length));
        var width = left + AxisWidth + Right;
        double X(double value) => left + axis.Place(value) * AxisWidth;
        return E(
            "figure",
            E("figcaption", E("strong", title), E("span", reading)),
            E(
                "svg",
                A("viewBox", $"0 0 {At(width)} {At(bottom + 36)}"),
                A("role", "img"),
                A("aria-label", description),
                axis.Ticks.Select(tick => left + tick.At * AxisWidth).Select(x =>
                    E("path", A("class", "grid"), A("d", $"M{At(x)} {At(Top)}V{At(bottom)}"))),
                axis.Ticks.Select(
                    tick => E("text", A("class", "tick"), A("x", At(left + tick.At * AxisWidth)),
                    A("y", At(bottom + 13)), A("text-anchor", "middle"), tick.Text)),
                E("text", A("class", "axis-title"), A("x", At(left + AxisWidth / 2)), A("y", At(bottom + 30)),
                    A("text-anchor", "middle"), axis.Title),
                rows.Select((row, i) =>
                {
                    var y = Top + (i + 0.5) * RowHeight;
                    var style = row.Ink switch { Ink.First => "c1", Ink.Second => "c2", Ink.Third => "c3", _ => "c0" };
                    return (object[])
                    [
                        E("text", A("class", "tick name"), A("x", At(left - 8)), A("y", At(y + 3.5)),
                            A("text-anchor", "end"), row.Name),
                        E("path", A("class", $"range {style}"), A("d", $"M{At(X(row.Low))} {At(y)}H{At(X(row.High))}")),
                        E("circle", A("class", $"point {style}"),
                            A("cx", At(X(row.Middle))), A("cy", At(y)), A("r", "4.5"),
                            E("title", string.Create(CultureInfo.InvariantCulture,
                                $"{row.Name}: {row.Middle:0.0000} ({row.Low:0.0000} to {row.High:0.0000})"))),
                    ];
                })));
    }

    private static string At(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
