using System.Text.Json;

namespace Worker.Tests.Commands;

/// <summary>Heads from descriptions on the command line, with the default encoder and the sample inbox.</summary>
public class DescribeCommandTests(TinyModel model)
{
    private static readonly string Inbox = Path.Combine(Repository.Root, "samples", "inbox");

    [Fact]
    public void Names_of_the_inbox_rank_its_texts_better_than_chance_and_decide_nothing()
    {
        using var folder = Repository.Temporary();
        var test = File.ReadLines(Path.Combine(Inbox, "test.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => (Text: line.GetProperty("text").GetString()!, Labels: line.GetProperty("labels")
                .EnumerateArray().Select(label => label.GetString()!).ToHashSet(StringComparer.Ordinal))).ToArray();
        string[] labels =
            [.. test.SelectMany(one => one.Labels).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        File.WriteAllLines(folder.File("labels.jsonl"), labels.Select(label => JsonSerializer.Serialize(
            new { label, description = label.Replace('_', ' ') })));
        var (code, output, errors) = WorkerProcess.Run(
            "", "train", "--describe", folder.File("labels.jsonl"), "--out", folder.File("heads.jsonl"));
        Assert.True(code == 0, errors);
        Assert.Contains("26 heads are made from descriptions", errors, StringComparison.Ordinal);
        Assert.Contains("26 heads for encoder", output, StringComparison.Ordinal);

        (code, output, errors) = WorkerProcess.Run("", "classify", Path.Combine(Inbox, "test.jsonl"), "--heads",
            folder.File("heads.jsonl"), "--out", folder.File("results.jsonl"));
        Assert.True(code == 0, errors);
        var results = File.ReadLines(folder.File("results.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .ToArray();
        Assert.Equal(test.Length, results.Length);
        foreach (var result in results)
        {
            Assert.Equal("review", result.GetProperty("decision").GetString());
            Assert.False(result.TryGetProperty("top", out _));
            Assert.All(result.GetProperty("labels").EnumerateObject(), label => Assert.Equal(("review", "uncertain"),
                (label.Value.GetProperty("decision").GetString(), label.Value.GetProperty("confidence").GetString())));
        }
        // Positives among the 20 texts that a head ranks first, against the share of positives.
        var lifts = labels.Select(label => results
            .Select((result, row) => (Label: result.GetProperty("labels").GetProperty(label), Row: row))
            .OrderByDescending(one => one.Label.GetProperty("p").GetDouble()).Take(20)
            .Count(one => test[one.Row].Labels.Contains(label))
                / 20.0 / ((double)test.Count(one => one.Labels.Contains(label)) / test.Length)).ToArray();
        Assert.True(lifts.Average() > 2, string.Join(' ', lifts.Select(lift => $"{lift:F1}")));
    }

    [Fact]
    public void Labels_with_answers_are_trained_and_the_others_are_made_from_their_descriptions()
    {
        using var folder = Repository.Temporary();
        File.WriteAllLines(folder.File("labels.jsonl"),
        [
            """{"label": "refund", "description": "asks for money back"}""",
            """{"label": "weather", "examples": ["what a lovely day at the lake"]}""",
        ]);
        File.WriteAllLines(folder.File("data.jsonl"), Enumerable.Range(0, 60).Select(i => JsonSerializer.Serialize(
            new { text = Learner.Answers.Text(i), labels = new { refund = Learner.Answers.IsYes(i) ? 1 : 0 } })));
        File.WriteAllLines(folder.File("stream.txt"), Enumerable.Range(100, 30).Select(Learner.Answers.Text));
        var (code, _, errors) = WorkerProcess.Run("", "train", "--describe", folder.File("labels.jsonl"), "--data",
            folder.File("data.jsonl"), "--data", folder.File("stream.txt"), "--model", model.Bundle, "--out",
            folder.File("heads.jsonl"));
        Assert.True(code == 0, errors);
        var heads = File.ReadLines(folder.File("heads.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(head => head.GetProperty("label").GetString()!);
        Assert.Equal(["refund", "weather"], heads.Keys);
        Assert.False(heads["refund"].TryGetProperty("described", out _));
        Assert.Equal("what a lovely day at the lake",
            heads["weather"].GetProperty("described").GetProperty("examples")[0].GetString());

        // Results are as if the described label were not there, the anomaly too.
        File.WriteAllLines(
            folder.File("refund.jsonl"), File.ReadLines(folder.File("heads.jsonl")).Where(line =>
                !line.Contains("\"described\"", StringComparison.Ordinal)));
        File.Copy(folder.File("heads.anomaly"), folder.File("refund.anomaly"));
        var (both, alone) = (Classified("heads.jsonl"), Classified("refund.jsonl"));
        Assert.Equal(30, both.Length);
        // One more column in the product of features and weights may change the last digit.
        foreach (var (one, other) in alone.Zip(both))
        {
            Assert.Equal(Whole(one), Whole(other));
            Assert.Equal(P(one, "top"), P(other, "top"), 1e-5);
            Assert.Equal(P(one, "anomaly"), P(other, "anomaly"), 1e-5);
        }
        Assert.All(both, result => Assert.Equal("review",
            result.GetProperty("labels").GetProperty("weather").GetProperty("decision").GetString()));

        // Nothing to train on, and nothing to tell one label apart from.
        (code, _, errors) = WorkerProcess.Run("", "train", "--model", model.Bundle, "--out", folder.File("x.jsonl"));
        Assert.Equal(2, code);
        Assert.Contains("--data is missing", errors, StringComparison.Ordinal);
        File.WriteAllText(folder.File("one.jsonl"), """{"label": "refund", "description": "asks for money back"}""");
        (code, _, errors) = WorkerProcess.Run("", "train", "--describe", folder.File("one.jsonl"), "--model",
            model.Bundle, "--out", folder.File("x.jsonl"));
        Assert.Equal(1, code);
        Assert.Contains("describes one label only", errors, StringComparison.Ordinal);

        JsonElement[] Classified(string heads)
        {
            var (exit, output, problem) = WorkerProcess.Run("", "classify", folder.File("stream.txt"), "--heads",
                folder.File(heads), "--model", model.Bundle);
            Assert.True(exit == 0, problem);
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)];
        }

        static (string?, string?, int) Whole(JsonElement result) => (result.GetProperty("decision").GetString(),
            result.GetProperty("top").GetProperty("label").GetString(), result.GetProperty("uncertain").GetInt32());

        static double P(JsonElement result, string of) => result.GetProperty(of).GetProperty("p").GetDouble();
    }
}
