using System.Text.Json;
using System.Xml.Linq;

namespace Worker.Tests.Commands;

/// <summary>Reports as the command line writes them.</summary>
public class ReportCommandTests(TinyModel model)
{
    [Fact]
    public void Evaluate_writes_a_page_and_every_figure()
    {
        using var folder = Repository.Temporary();
        var data = Data(folder);
        Assert.Equal(
            0, WorkerProcess.Run(
                "", "train", "--data", data, "--model", model.Bundle, "--out", folder.File("heads.jsonl")).Code);
        var (code, output, errors) = WorkerProcess.Run(
            "", "evaluate", "--data", data, "--heads", folder.File("heads.jsonl"), "--model", model.Bundle,
            "--report", folder.File("r.html"), "--json", folder.File("e.json"));
        Assert.True(code == 0, errors);
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 80, line));
        var page = XDocument.Parse(File.ReadAllText(folder.File("r.html"))["<!DOCTYPE html>".Length..]);
        Assert.Equal(
            ["shop <web>", "app"], page.Descendants("section").Single(s => s.Attribute("id")!.Value == "slices")
                .Descendants("table").Last().Descendants("bdi").Select(name => name.Value));
        using var json = JsonDocument.Parse(File.ReadAllText(folder.File("e.json")));
        Assert.Equal(120, json.RootElement.GetProperty("review").GetProperty("texts").GetInt32());
        Assert.Equal(
            ["refund", "praise"], json.RootElement.GetProperty("label_curves").EnumerateObject().Select(p => p.Name)
                .OrderDescending());
    }

    [Fact]
    public void Experiment_prints_a_table_and_writes_page_JSON_and_CSV()
    {
        using var folder = Repository.Temporary();
        var (code, output, errors) = WorkerProcess.Run(
            "", "experiment", "--data", Data(folder), "--model", model.Bundle, "--features", "mean,layer2", "--seeds",
            "2", "--bags", "2", "--only", "ensemble-stacked,bagged",
            "--report", folder.File("r.html"), "--json", folder.File("x.json"), "--csv", folder.File("x.csv"));
        Assert.True(code == 0, errors);
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 80, line));
        foreach (var variant in (string[])["mean", "bagged", "ensemble-stacked"])
            Assert.Contains(output.Split('\n'), line => line.StartsWith(variant, StringComparison.Ordinal));
        Assert.DoesNotContain("oversampled", output, StringComparison.Ordinal);
        var page = XDocument.Parse(File.ReadAllText(folder.File("r.html"))["<!DOCTYPE html>".Length..]);
        Assert.Equal(4, page.Descendants("figure").Count());
        using var json = JsonDocument.Parse(File.ReadAllText(folder.File("x.json")));
        Assert.Equal(2, json.RootElement.GetProperty("seeds").GetInt32());
        // Three variants, two seeds, four figures of all and of two labels each.
        var lines = File.ReadAllLines(folder.File("x.csv"));
        Assert.Equal("variant,seed,label,metric,value", lines[0]);
        Assert.Equal(1 + 3 * 2 * 4 * 3, lines.Length);
    }

    [Theory]
    [InlineData("--seeds 1: must be a whole number, 2 to", "--seeds", "1")]
    [InlineData("no variant bogged", "--only", "bogged")]
    [InlineData("feature 'layer77' is not offered", "--features", "layer77")]
    public void Mistakes_say_what_to_do(string message, params string[] options)
    {
        using var folder = Repository.Temporary();
        var (code, _, errors) = WorkerProcess.Run(
            "", ["experiment", "--data", Data(folder), "--model", model.Bundle, .. options]);
        Assert.NotEqual(0, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("bug", errors, StringComparison.Ordinal);
    }

    private static string Data(TemporaryFolder folder)
    {
        var data = folder.File("data.jsonl");
        File.WriteAllLines(data, Enumerable.Range(0, 120).Select(i => i % 3 == 0
            ? $$$"""{"text":"refund my money {{{Words.Of(i)}}} now","labels":{"refund":1,"praise":0},"source":"app"}"""
            : $$$"""{"text":"lovely lamp, thank you so much {{{Words.Of(i)}}}","labels":{"refund":0,"praise":1},"source":"shop <web>"}"""));
        return data;
    }
}
