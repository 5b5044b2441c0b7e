using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Tests.Support;
using Worker.Reports.Reporting;

namespace Worker.Learning.Tests.Reporting;

public class EvaluationReportTests
{
    private const string Hostile =
        "</td><script>alert(1)</script><img src=x onerror=\"alert(2)\"> & ' \0 \u001B[31m \uD800 \u202E right to " +
        "left http://evil.example/";

    [Fact]
    public void The_page_is_well_formed_has_every_section_and_every_link_leads_somewhere()
    {
        var html = XDocument.Parse(Page(40));
        Assert.Equal(
            ["summary", "curves", "confidence", "review", "labels", "confusions", "slices", "mistakes", "details"],
            html.Descendants("section").Select(section => section.Attribute("id")!.Value));
        var ids = html.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.All(html.Descendants().Attributes("href"), href => Assert.Contains(href.Value[1..], ids));
        Assert.Equal(40, html.Descendants("details").Count(d => d.Descendants("figure").Any()));
        Assert.All(html.Descendants("svg").Where(svg => svg.Attribute("role") is not null),
            svg => Assert.False(string.IsNullOrEmpty(svg.Attribute("aria-label")?.Value)));
    }

    [Fact]
    public void The_page_asks_nothing_of_anybody_and_runs_no_script()
    {
        var html = XDocument.Parse(Page(3));
        Assert.DoesNotContain(
            html.Descendants(), e =>
                e.Name.LocalName is "script" or "link" or "iframe" or "img" or "object" or "embed" or "base" or "form"
                or "image" or "foreignObject");
        foreach (var attribute in html.Descendants().Attributes())
        {
            Assert.False(
                attribute.Name.LocalName is "src" or "srcset" or "action"
                || attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase), attribute.ToString());
            if (attribute.Name.LocalName == "href")
                Assert.StartsWith("#", attribute.Value, StringComparison.Ordinal);
            if (attribute.Name.LocalName == "style")
                Assert.Matches(@"^--v:[0-9.]+$", attribute.Value);
        }
        var style = html.Descendants("style").Single().Value;
        Assert.DoesNotMatch(new Regex(@"url\(|@import|http|[<>&]", RegexOptions.NonBacktracking), style);
        Assert.Contains("prefers-color-scheme: dark", style, StringComparison.Ordinal);
        Assert.Contains(
            "default-src 'none'", html.Descendants("meta").Select(m => m.Attribute("content")?.Value).OfType<string>()
                .Single(c => c.Contains("src", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_texts_labels_and_sources_stay_text()
    {
        var page = Page(3, Hostile);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        var html = XDocument.Parse(page);
        // In a cell, a label, a source and an attribute: complete, with controls made visible.
        Assert.Contains(html.Descendants("td").Descendants("bdi"),
            e => e.Value.Contains("<script>alert(1)</script>", StringComparison.Ordinal)
            && e.Value.Contains("\u2400 \u241B[31m \uFFFD", StringComparison.Ordinal));
        Assert.Contains(html.Descendants("th").Attributes("title"),
            a => a.Value.Contains("onerror=\"alert(2)\"", StringComparison.Ordinal));
        Assert.DoesNotContain(html.Descendants("bdi").Elements(), e => e.Name.LocalName is "td" or "img");
    }

    [Fact]
    public void No_element_closes_itself_that_HTML_does_not_know_as_void()
    {
        foreach (Match match in Regex.Matches(
            Page(3), @"<(?<name>[a-zA-Z0-9]+)[^<>]*/>", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture))
            Assert.Contains(match.Groups["name"].Value, (string[])["meta", "br"]);
    }

    [Fact]
    public void A_hundred_and_fifty_labels_stay_below_five_megabytes_with_the_worst_first()
    {
        var page = Page(150);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 100_000, 5_000_000);
        var f1 = XDocument.Parse(page).Descendants("section").Single(s => s.Attribute("id")!.Value == "details")
            .Elements("details").Where(d => d.Descendants("figure").Any())
            .Select(d => double.Parse(d.Element("summary")!.Elements("span").First().Value[3..],
                System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(150, f1.Length);
        Assert.Equal(f1.Order(), f1);
    }

    [Fact]
    public void Labels_without_positives_or_answers_do_no_harm()
    {
        var html = XDocument.Parse(
            Write(Evaluated.Of(["a", "b", "c"], [0.9, 0.2, 0.5, 0.3, 0.1, 0.5], [1, 0, -1, 0, 0, -1])));
        var summary = html.Descendants("section").First().Value;
        Assert.Contains("No text has the label", summary, StringComparison.Ordinal);
        Assert.Contains("No answer in this file: c", summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certified_band_is_shaded_and_named()
    {
        var evaluated = Evaluated.Of(["a"], [0.9, 0.2, 0.5, 0.3], [1, 0, 1, 0]);
        var head = evaluated.Heads[0] with
        {
            Thresholds = new Thresholds(0.25, 0.5, 0.8),
            Certificate = new Certificate(0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Training,
                new CertifiedSide(200, 60, 0), null),
        };
        var page = Write(
            new EvaluatedTexts(
                [head], evaluated.Texts, null, evaluated.Uncalibrated, evaluated.Probabilities, evaluated.Answers));
        Assert.Contains("yes, certified from 0.800", page, StringComparison.Ordinal);
        Assert.DoesNotContain("no, certified", page, StringComparison.Ordinal);
        Assert.Contains(
            "uncertain, not certified", Write(
                new EvaluatedTexts([head with { Certificate = null }], evaluated.Texts, null, evaluated.Uncalibrated,
                evaluated.Probabilities, evaluated.Answers)), StringComparison.Ordinal);
    }

    [Fact]
    public void Anomalies_get_a_section_when_there_are_unknown_texts()
    {
        var evaluated = Evaluated.Of(["a"], [0.9, 0.2], [1, 0]);
        var metrics = SeparationMetrics.Of([0.1f, 0.2f, 0.3f], [0.25f, 0.9f]);
        var channels = new Dictionary<string, SeparationMetrics>(StringComparer.Ordinal) { ["neighbours"] = metrics };
        var anomaly = new AnomalyMetrics(metrics, channels, Known: 3, Unknown: 2, KnownFlagged: 0, UnknownFlagged: 0.5);
        var section = XDocument.Parse(Write(evaluated, anomaly)).Descendants("section")
            .Single(s => s.Attribute("id")!.Value == "anomaly");
        // Five of the six pairs are in order.
        Assert.Contains("area 0.833", section.Value, StringComparison.Ordinal);
        Assert.Contains("neighbours", section.Value, StringComparison.Ordinal);
    }

    private static string Page(int labels, string text = "a text")
    {
        var random = new Random(labels);
        var rows = 200;
        var (uncalibrated, p, y) = (new double[rows * labels], new double[rows * labels], new sbyte[rows * labels]);
        for (var i = 0; i < p.Length; i++)
        {
            uncalibrated[i] = random.NextDouble();
            p[i] = uncalibrated[i] * uncalibrated[i];
            y[i] = random.NextDouble() < p[i]
                ? AnswerMatrix.Yes
                : random.Next(10) == 0 ? AnswerMatrix.Unknown
                : AnswerMatrix.No;
        }
        return Write(new EvaluatedTexts(
            [.. Enumerable.Range(0, labels).Select(i => Evaluated.Head($"{text} label {i}"))],
            [.. Enumerable.Range(0, rows).Select(i => $"{text} {i}")],
            [.. Enumerable.Range(0, rows).Select(i => i % 2 == 0 ? $"{text} source" : null)],
            uncalibrated, p, new AnswerMatrix(rows, labels, y)));
    }

    private static string Write(EvaluatedTexts evaluated, AnomalyMetrics? anomaly = null)
    {
        using var stream = new MemoryStream();
        new EvaluationReport([("texts", Hostile)], evaluated,
            Evaluator.Evaluate(evaluated.Heads, evaluated.Probabilities,
            evaluated.Answers), EvaluationDetail.Of(evaluated), anomaly).Write(stream);
        var page = Encoding.UTF8.GetString(stream.ToArray());
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", page, StringComparison.Ordinal);
        return page["<!DOCTYPE html>\n".Length..];
    }
}
