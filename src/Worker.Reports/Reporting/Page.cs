using System.Text;
using System.Xml.Linq;
using Worker.Reports.Plotting;
using static Worker.Reports.Plotting.Markup;

namespace Worker.Reports.Reporting;

/// <summary>A part of a page.</summary>
/// <param name="Id">Its address within the page.</param>
/// <param name="Title">Its heading, and its entry in the navigation.</param>
/// <param name="Content">The content after the heading.</param>
internal sealed record PageSection(string Id, string Title, IReadOnlyList<object?> Content);

/// <summary>
/// One self-contained page: style and plots inside, no script, no requests to a server (its content policy forbids
/// both), readable in dark and light mode and on a phone.
/// </summary>
internal static class Page
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

    /// <param name="facts">What it is about: names and values below the heading.</param>
    /// <param name="axes">The axes that the sections' charts were rendered with.</param>
    public static XElement Of(
        string title, IReadOnlyList<(string Name, string Value)> facts, IReadOnlyList<PageSection> sections,
        SharedAxes axes, string footer) => E(
        "html",
        A("lang", "en"),
        E(
            "head",
            E("meta", A("charset", "utf-8")),
            E("meta", A("name", "viewport"), A("content", "width=device-width, initial-scale=1")),
            E("meta", A("http-equiv", "Content-Security-Policy"), A("content", Policy)),
            E("meta", A("name", "referrer"), A("content", "no-referrer")),
            E("title", title),
            E("style", Style())),
        E(
            "body",
            axes.Definitions(),
            E(
                "header",
                E("h1", title),
                E("dl", A("class", "facts"), facts.Select(fact => E("div", E("dt", fact.Name), E("dd", fact.Value))))),
            E("nav", E("ul", sections.Select(section => E("li", E("a", A("href", "#" + section.Id), section.Title))))),
            E("main", sections.Select(section =>
                E("section", A("id", section.Id), E("h2", section.Title), section.Content))),
            E("footer", E("p", footer))));

    private static string Style()
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream("report.css")
            ?? throw new InvalidOperationException("report.css is not in the assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
