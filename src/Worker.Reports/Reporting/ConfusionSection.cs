using System.Globalization;
using System.Xml.Linq;
using Worker.Learning.Evaluating;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>Which label is mistaken for which: a table coloured by share, and the pairs in order.</summary>
internal static class ConfusionSection
{
    private const int Shown = 12;

    private static readonly string[] Head = ["has", "predicted", "texts", "of those that have it"];

    public static PageSection Of(ConfusionTable confusions)
    {
        var rows = confusions.Pairs.Select(pair => (object?[])[
            E("bdi", pair.Truth), E("bdi", pair.Predicted), Tables.Count(pair.Count), Tables.Percent(pair.Share)])
            .ToArray();
        return new PageSection("confusions", "Confusions",
        [
            E("p", A("class", "soft"),
                (confusions.Exclusive
                    ? "Each text's most probable label, compared with the label it has."
                    : "Every yes to a label that the text is known not to have, with each label that it has.") +
                " Rows: labels that texts have; columns: predicted labels; darker: a larger share of the row's texts." +
                (confusions.Labels.Count == ConfusionTable.MaximumLabels
                    ? $" The {ConfusionTable.MaximumLabels} labels most involved."
                    : "")),
            HeatMap(confusions),
            rows.Length == 0 ? E("p", "No label was mistaken for another.") : E("h3", "Most confused pairs"),
            rows.Length == 0 ? null : Tables.Table(Head, rows.Take(Shown)),
            rows.Length <= Shown
                ? null
                : E("details", E("summary", E("b", $"{rows.Length - Shown} more pairs")),
                    Tables.Table(Head, rows.Skip(Shown))),
        ]);
    }

    private static XElement HeatMap(ConfusionTable confusions)
    {
        var labels = confusions.Labels;
        var nothing = !confusions.Exclusive;
        return E("div", A("class", "scroll"), E(
            "table",
            A("class", "heat"),
            E("thead", E("tr", E("th"), labels.Select(label => E("th", A("scope", "col"), E("span", label))),
                nothing ? E("th", A("scope", "col"), E("span", "no label at all")) : null)),
            E("tbody", labels.Select((label, truth) =>
            {
                var counts = confusions.Counts[truth];
                var all = Math.Max(1, counts.Sum() + confusions.Nothing[truth]);
                return E(
                    "tr",
                    E("th", A("scope", "row"), A("title", label), label),
                    counts.Select((count, predicted) =>
                        Cell(count, all, truth == predicted, $"{label} → {labels[predicted]}")),
                    nothing ? Cell(confusions.Nothing[truth], all, right: false, $"{label} → no label at all") : null);
            }))));
    }

    private static XElement Cell(int count, int all, bool right, string tip) => count == 0
        ? E("td", A("class", "zero"), "·")
        : E(
            "td",
            A("class", right ? "right" : "wrong"),
            A("style", string.Create(CultureInfo.InvariantCulture, $"--v:{(double)count / all:0.##}")),
            A("title", $"{tip}: {count}"),
            count.ToString(CultureInfo.InvariantCulture));
}
