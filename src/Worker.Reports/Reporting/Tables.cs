using System.Globalization;
using System.Xml.Linq;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>Tables, cards and numbers as every report writes them.</summary>
internal static class Tables
{
    /// <summary>A table that scrolls sideways if it does not fit; the first column is a name.</summary>
    public static XElement Table(IReadOnlyList<string> head, IEnumerable<object?[]> rows, int totals = 0)
    {
        var all = rows.ToArray();
        return E("div", A("class", "scroll"), E("table", A("class", "wide"),
            E("thead", E("tr", head.Select((name, i) => E("th", Class(name, i), name)))),
            E("tbody", all.Select((row, r) => E("tr",
                r >= all.Length - totals ? A("class", "total") : null,
                row.Select((cell, i) => E("td", Class(head[i], i), cell)))))));
    }

    /// <summary>
    /// The alignment of a column: texts to the left, the first column as a name, numbers to the right.
    /// </summary>
    private static XAttribute? Class(string head, int column) =>
        head is "text" or "predicted" ? A("class", "text") : column == 0 && head != "p" ? A("class", "name") : null;

    /// <summary>A text of a message; its own direction of writing cannot disturb the page's.</summary>
    public static XElement Text(string text, int maximum = 280) =>
        E("bdi", text.Length <= maximum ? text : text[..maximum] + "…");

    /// <summary>A share as a bar and a number.</summary>
    public static object?[] Meter(double value) =>
        [E("span", A("class", "meter"), A("aria-hidden", "true"), E("i", Style(value))), Number(value)];

    public static XElement Cards(IEnumerable<(string Name, string Value, string Remark)> cards) =>
        E("dl", A("class", "cards"), cards.Select(card =>
            E("div", E("dt", card.Name), E("dd", card.Value), E("small", card.Remark))));

    public static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Small(double value) =>
        value.ToString(value is > 0 and < 0.001 ? "0.00000" : "0.0000", CultureInfo.InvariantCulture);

    public static string Percent(double share) =>
        (share * 100).ToString(share < 0.01 ? "0.##" : "0.#", CultureInfo.InvariantCulture) + "%";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static XAttribute Style(double value) =>
        A("style", string.Create(CultureInfo.InvariantCulture, $"--v:{Math.Clamp(value, 0, 1):0.##}"));
}
