using System.Xml.Linq;
using Worker.Learning.Evaluating;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>The same figures on parts of the texts, which show where it is worse than on the whole.</summary>
internal static class SliceSection
{
    public static PageSection Of(EvaluationDetail detail) => new("slices", "Slices",
        [
        E("h3", "By length of the text"),
        Table("length", detail.Lengths),
        E("h3", "By source"),
        detail.Sources.Count == 0
            ? E("p", A("class", "soft"), "No text names its source: give lines a \"source\" to see figures by source.")
            : Table("source", detail.Sources),
    ]);

    private static XElement Table(string name, IReadOnlyList<Slice> slices) => Tables.Table(
        [name, "micro F1", "precision", "recall", "texts", "texts wrong", "ECE"],
        slices.Select(slice => (object?[])[
            E("span", E("bdi", slice.Name)),
            Tables.Meter(slice.Decisions.F1),
            Tables.Number(slice.Decisions.Precision),
            Tables.Number(slice.Decisions.Recall),
            Tables.Count(slice.Texts),
            Tables.Percent(slice.TextError),
            Tables.Small(slice.Ece)]));
}
