using System.Xml.Linq;

namespace Worker.Reports.Plotting;

/// <summary>
/// Axes drawn once a page and referred to by every chart that has them: with hundreds of labels most of a chart is
/// axes.
/// </summary>
internal sealed class SharedAxes
{
    private readonly Dictionary<string, (string Id, XElement Drawing)> drawings = new(StringComparer.Ordinal);

    /// <summary>The name of the drawing with that key, drawn when it is new.</summary>
    public string Name(string key, Func<XElement> draw)
    {
        if (!drawings.TryGetValue(key, out var drawing))
            drawings[key] = drawing = ($"axes{drawings.Count + 1}", draw());
        return drawing.Id;
    }

    /// <summary>All drawings, invisible in themselves; goes anywhere into the page.</summary>
    public XElement Definitions() => Markup.E(
        "svg",
        Markup.A("class", "defs"),
        Markup.A("aria-hidden", "true"),
        Markup.E("defs", drawings.Values.Select(drawing =>
        {
            drawing.Drawing.SetAttributeValue("id", drawing.Id);
            return drawing.Drawing;
        })));
}
