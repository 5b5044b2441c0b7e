using System.Globalization;
using System.Text;
using System.Xml.Linq;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Plotting;

/// <summary>Colours by role; the page's style sheet gives each one for a light and one for a dark page.</summary>
internal enum Ink
{
    /// <summary>The figure itself.</summary>
    First,

    /// <summary>What it is compared with.</summary>
    Second,

    Third,

    /// <summary>Chance, the ideal, and other references.</summary>
    Faint,
}

/// <summary>
/// A chart with two axes as SVG: lines, bars, points and bands in the order added. Coordinates are the axes' values.
/// </summary>
internal sealed class Chart
{
    private const double Width = 340;
    private const double Height = 232;
    private const double NarrowLeft = 44;
    private const double Right = 8;
    private const double Top = 8;
    private const double Bottom = 36;

    /// <summary>Width of the upright title of the second axis; its ticks are next to it, not on it.</summary>
    private const double TitleRoom = 18;

    /// <summary>Between a tick's text and the axis.</summary>
    private const double Gap = 5;

    /// <summary>Width of a character of a tick, allowing for the widest (%); no font is measured here.</summary>
    private const double Character = 7;

    private readonly double left;
    private readonly Axis x;
    private readonly Axis y;
    private readonly string description;
    private readonly List<XElement> layers = [];
    private readonly List<(string Style, string Text)> legend = [];

    /// <param name="description">What the chart shows, for those who cannot see it.</param>
    public Chart(string description, Axis x, Axis y)
    {
        (this.description, this.x, this.y) = (description, x, y);
        left = Math.Max(NarrowLeft, TitleRoom + Gap + Character * y.Ticks.Max(tick => tick.Text.Length));
    }

    /// <summary>A line through points; a gap where a value is not a number.</summary>
    public Chart Line(
        Ink ink, string? name, IEnumerable<(double X, double Y)> points, bool dashed = false, bool stepped = false)
    {
        var path = new StringBuilder();
        var pen = false;
        foreach (var (px, py) in points)
        {
            if (double.IsNaN(px) || double.IsNaN(py))
            {
                pen = false;
                continue;
            }
            var at = (X: At(X(px)), Y: At(Y(py)));
            path.Append(!pen ? $"M{at.X} {at.Y}" : stepped ? $"H{at.X}V{at.Y}" : $"L{at.X} {at.Y}");
            pen = true;
        }
        layers.Add(E("path", A("class", $"line {Style(ink)}{(dashed ? " dashed" : "")}"), A("d", path.ToString())));
        return Named(name, $"key-line {Style(ink)}{(dashed ? " dashed" : "")}");
    }

    /// <summary>
    /// A bar from <paramref name="from"/> to <paramref name="to"/> on the first axis, between two values of the second
    /// axis.
    /// </summary>
    public Chart Bar(Ink ink, double from, double to, double low, double high, string tip)
    {
        layers.Add(E(
            "rect",
            A("class", $"bar {Style(ink)}"),
            A("x", At(X(from) + 0.5)), A("y", At(Y(high))), A("width", At(Math.Max(0.5, X(to) - X(from) - 1))), A(
                "height", At(Y(low) - Y(high))),
            E("title", tip)));
        return this;
    }

    /// <summary>A point, with a bar from low to high if both are given.</summary>
    public Chart Point(Ink ink, double px, double py, string tip, double? low = null, double? high = null)
    {
        if (low is { } from && high is { } to)
            layers.Add(
                E("path", A("class", $"whisker {Style(ink)}"), A("d", $"M{At(X(px))} {At(Y(from))}V{At(Y(to))}")));
        layers.Add(
            E("circle", A("class", $"point {Style(ink)}"), A("cx", At(X(px))),
                A("cy", At(Y(py))), A("r", "3"), E("title", tip)));
        return this;
    }

    /// <summary>Shades the first axis from one value to another.</summary>
    public Chart Band(Ink ink, double from, double to, string? name)
    {
        layers.Add(
            E("rect", A("class", $"band {Style(ink)}"), A("x", At(X(from))), A("y", At(Top)),
                A("width", At(Math.Max(1, X(to) - X(from)))), A("height", At(Height - Top - Bottom))));
        return Named(name, $"key-band {Style(ink)}");
    }

    /// <summary>An upright line at one value.</summary>
    public Chart Rule(Ink ink, double at, string? name)
    {
        layers.Add(
            E("path", A("class", $"rule {Style(ink)}"), A("d", $"M{At(X(at))} {At(Top)}V{At(Height - Bottom)}")));
        return Named(name, $"key-line {Style(ink)} dashed");
    }

    /// <summary>A legend entry for something that was added without a name.</summary>
    public Chart Key(Ink ink, string name) => Named(name, $"key-bar {Style(ink)}");

    /// <summary>The chart with its title, a sentence on how to read it, and its legend.</summary>
    public XElement Render(SharedAxes axes, string title, string? reading = null)
    {
        var key = string.Join('|', x.Title, y.Title, string.Join(',', x.Ticks), string.Join(',', y.Ticks));
        return E(
            "figure",
            E("figcaption", E("strong", title), reading is null ? null : E("span", reading)),
            E(
                "svg",
                A("viewBox", $"0 0 {At(Width)} {At(Height)}"),
                A("role", "img"),
                A("aria-label", description),
                E("use", A("href", "#" + axes.Name(key, Axes))),
                layers),
            legend.Count == 0
                ? null
                : E("ul", A("class", "legend"), legend.Select(entry =>
                    E("li", E("i", A("class", entry.Style)), entry.Text))));
    }

    private static string Style(Ink ink) =>
        ink switch { Ink.First => "c1", Ink.Second => "c2", Ink.Third => "c3", _ => "c0" };

    private static string At(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private double X(double value) => left + x.Place(value) * (Width - left - Right);

    private double Y(double value) => Height - Bottom - y.Place(value) * (Height - Top - Bottom);

    private XElement Axes()
    {
        var (from, to, low) = (At(left), At(Width - Right), At(Height - Bottom));
        var grid = new StringBuilder();
        var texts = new List<XElement>();
        foreach (var tick in x.Ticks)
        {
            var at = At(left + tick.At * (Width - left - Right));
            grid.Append($"M{at} {At(Top)}V{low}");
            texts.Add(
                E("text", A("class", "tick"), A("x", at), A("y", At(Height - Bottom + 13)),
                    A("text-anchor", IsCut(tick) ? "end" : "middle"), tick.Text));
        }
        foreach (var tick in y.Ticks)
        {
            var at = Height - Bottom - tick.At * (Height - Top - Bottom);
            grid.Append($"M{from} {At(at)}H{to}");
            texts.Add(
                E("text", A("class", "tick"), A("x", At(left - Gap)), A("y", At(at + 3.5)),
                    A("text-anchor", "end"), tick.Text));
        }
        return E(
            "g",
            E("path", A("class", "grid"), A("d", grid.ToString())),
            E("path", A("class", "axis"), A("d", $"M{from} {At(Top)}V{low}H{to}")),
            texts,
            E("text", A("class", "axis-title"), A("x", At((left + Width - Right) / 2)), A("y", At(Height - 6)),
                A("text-anchor", "middle"), x.Title),
            E("text", A("class", "axis-title"), A("transform",
                $"translate(11 {At((Top + Height - Bottom) / 2)}) rotate(-90)"), A("text-anchor", "middle"), y.Title));
    }

    /// <summary>Whether a tick's text, in the middle below its mark, would reach over the chart's right edge.</summary>
    private bool IsCut(Tick tick) =>
        left + tick.At * (Width - left - Right) + tick.Text.Length * Character / 2 > Width;

    private Chart Named(string? name, string style)
    {
        if (name is not null)
            legend.Add((style, name));
        return this;
    }
}
