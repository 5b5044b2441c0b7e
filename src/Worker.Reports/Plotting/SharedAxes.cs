using System.Xml.Linq;

namespace Worker.Reports.Plotting;

/// <summary>
/// Axes that are drawn once per page, and that every chart refers to. With hundreds of labels most of the page would be
/// axes.
/// </summary>
internal sealed class SharedAxes
{
    private readonly Dictionary<string, (string Id, XElement Drawing)> drawings = new(StringComparer.Ordinal);

    /// <summary>The name of the drawing with that key; it is drawn if it is new.</summary>
    public string Name(string key, Func<XElement> draw)
    {
        if (!drawings.TryGetValue(key, out var drawing))
            drawings[key] = drawing = ($"axes{drawings.Count + 1}", draw());
        return drawing.Id;
    }

    /// <summary>All drawings, themselves invisible; they may be anywhere in the page.</summary>
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
