using System.Text.Json;

namespace Worker.Tests.Commands;

/// <summary>Learning from the command line with little data, and certificates that later answers break.</summary>
public class LearningCommandTests(TinyModel model)
{
    [Fact]
    public async Task Texts_of_one_known_kind_make_an_anomaly_reference_without_heads_that_a_worker_takes()
    {
        using var folder = Repository.Temporary();
        File.WriteAllLines(folder.File("ham.jsonl"),
            Enumerable.Range(0, 80).Select(i =>
            $$"""{"text": "see you at {{i % 12}} for lunch with {{Words.Of(i)}}", "labels": ["ham"]}"""));
        var (code, output, errors) = WorkerProcess.Run("", "train", "--data", folder.File("ham.jsonl"), "--model",
            model.Bundle, "--anomaly-perplexity", "--out", folder.File("ham-heads.jsonl"));
        Assert.True(code == 0, errors);
        Assert.Contains("no head for 'ham'", errors, StringComparison.Ordinal);
        Assert.Contains("anomaly reference of 80 texts in 1 classes", output, StringComparison.Ordinal);
        Assert.Equal("", File.ReadAllText(folder.File("ham-heads.jsonl")));

        File.WriteAllLines(folder.File("test.jsonl"), Enumerable.Range(0, 20).Select(i => i % 2 == 0
            ? $$"""{"text": "see you at {{i}} for lunch with {{Words.Of(100 + i)}}", "labels": ["ham"]}"""
            : $$"""{"text": "qz{{i}} xkv wjq {{new string('z', 40)}} ### vvk", "labels": [], "known": false}"""));
        (code, _, errors) = WorkerProcess.Run("", "evaluate", "--data", folder.File("test.jsonl"), "--heads",
            folder.File("ham-heads.jsonl"), "--model", model.Bundle, "--json", folder.File("e.json"));
        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(File.ReadAllText(folder.File("e.json")));
        Assert.True(json.RootElement.GetProperty("anomaly").GetProperty("auroc").GetDouble() > 0.9,
            json.RootElement.ToString());

        await using (var worker = await RunningWorker.Start(model, [], options =>
        {
            options.Heads.Source = Worker.Hosting.HeadsSource.File;
            options.Heads.File = folder.File("ham-heads.jsonl");
        }))
        {
            worker.Send("see you at 3 for lunch with bazu", "qz xkv wjq ### vvk zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
            var p = worker.ReadUntil(read => read.Count(r => r.Topic == "results") >= 2)
                .Where(r => r.Topic == "results").Select(RunningWorker.Json)
                .OrderBy(r => r.GetProperty("tokens").GetInt32())
                .Select(r => r.GetProperty("anomaly").GetProperty("p").GetDouble()).ToArray();
            Assert.True(p[0] > 0.1 && p[1] < 0.05, $"{p[0]}, {p[1]}");
        }
        // Without a reference there is nothing left to write.
        (code, _, errors) = WorkerProcess.Run("", "train", "--data", folder.File("ham.jsonl"), "--model", model.Bundle,
            "--no-anomaly", "--out", folder.File("none.jsonl"));
        Assert.Equal(1, code);
        Assert.Contains("no label could be trained", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("none.jsonl")));
    }

    [Theory]
    [InlineData(6, 1)]
    [InlineData(1, 0)]
    public void Few_positives_leave_heads_and_a_reference(int positives, int heads)
    {
        // One fold holds all positives, or too many of them for a head; the other channels are enough.
        using var folder = Repository.Temporary();
        File.WriteAllLines(folder.File("data.jsonl"), Enumerable.Range(0, 50).Select(i =>
            $$$"""{"text": "{{{Words.Of(i)}}} {{{Words.Of(500 + i)}}}", "labels": {"spam": {{{(i < positives ? 1 : 0)}}}}}"""));
        var (code, output, errors) = WorkerProcess.Run("", "train", "--data", folder.File("data.jsonl"), "--model",
            model.Bundle, "--out", folder.File("heads.jsonl"));
        Assert.True(code == 0, errors);
        Assert.Equal(heads, File.ReadAllLines(folder.File("heads.jsonl")).Length);
        Assert.Contains("anomaly reference of 50 texts", output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("heads.anomaly")));
    }

    [Fact]
    public void Certificates_that_later_answers_break_are_withdrawn_and_others_stay()
    {
        using var folder = Repository.Temporary();
        Write(folder.File("train.jsonl"), 400, turned: false);
        Write(folder.File("same.jsonl"), 200, turned: false);
        Write(folder.File("turned.jsonl"), 200, turned: true);
        Assert.Equal(
            0, WorkerProcess.Run("", "train", "--data", folder.File("train.jsonl"), "--model", model.Bundle, "--error",
            "0.1", "--out", folder.File("heads.jsonl")).Code);
        Assert.NotEqual(JsonValueKind.Null, Certificate(folder.File("heads.jsonl"), "no").ValueKind);

        var (code, output, errors) = Check(folder, "same");
        Assert.True(code == 0, errors);
        Assert.DoesNotContain("withdrawn", output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(folder.File("heads.jsonl")), File.ReadAllText(folder.File("same-heads.jsonl")));

        (code, output, errors) = Check(folder, "turned");
        Assert.True(code == 0, errors);
        Assert.Contains("withdrawn: no", output, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Undefined, Certificate(folder.File("turned-heads.jsonl"), "no").ValueKind);
        Assert.Contains("\"version\":2", File.ReadAllText(folder.File("turned-heads.jsonl")), StringComparison.Ordinal);

        // Heads without a certificate cannot be checked.
        Assert.Equal(
            0, WorkerProcess.Run("", "train", "--data", folder.File("train.jsonl"), "--model", model.Bundle,
            "--threshold", "f-beta", "--out", folder.File("plain.jsonl")).Code);
        (code, _, errors) = WorkerProcess.Run("", "certify", "--check", "--data", folder.File("same.jsonl"), "--heads",
            folder.File("plain.jsonl"), "--model", model.Bundle, "--out", folder.File("x.jsonl"));
        Assert.Equal(1, code);
        Assert.Contains("none of these heads has a certificate", errors, StringComparison.Ordinal);
    }

    private (int Code, string Output, string Errors) Check(TemporaryFolder folder, string data) => WorkerProcess.Run(
        "", "certify", "--check", "--data", folder.File(data + ".jsonl"), "--heads", folder.File(
            "heads.jsonl"), "--model", model.Bundle, "--out", folder.File(data + "-heads.jsonl"));

    private static JsonElement Certificate(string heads, string side)
    {
        var head = JsonDocument.Parse(File.ReadLines(heads).First()).RootElement;
        return head.TryGetProperty("certificate", out var certificate)
            && certificate.TryGetProperty(side, out var found) ? found : default;
    }

    /// <summary>
    /// Every other text asks for its money. Turned: the answers are the opposite of the heads' decisions.
    /// </summary>
    private static void Write(string path, int texts, bool turned) =>
        File.WriteAllLines(path, Enumerable.Range(0, texts).Select(i =>
    {
        var refund = i % 2 == 0;
        var text = refund ? "i want my money back" : "what a lovely day";
        return $$$"""{"text": "{{{text}}} {{{Words.Of(i)}}}", "labels": {"refund": {{{(refund || turned ? 1 : 0)}}}}}""";
    }));
}
