using System.Text.Json;
using Worker.Learning.Saving;

namespace Worker.Tests.Commands;

/// <summary>Texts classified without Kafka, as pipes and people see it.</summary>
public class ClassifyCommandTests(TinyModel model)
{
    [Fact]
    public void A_pipe_of_lines_gives_the_records_of_the_results_topic_in_order()
    {
        using var folder = Repository.Temporary();
        var texts = Enumerable.Range(0, 3000).Select(i => string.Join(' ', Enumerable.Repeat($"word {i}", i % 40)))
            .Where(text => text.Length > 0);
        var (code, output, errors) = WorkerProcess.Run(string.Join('\n', texts), Classify(folder));
        Assert.True(code == 0, errors);
        var results = Json(output);
        Assert.Equal(2925, results.Count);
        Assert.Equal(
            Enumerable.Range(1, 2925), results.Select(r => r.GetProperty("source").GetProperty("offset").GetInt32()));
        Assert.All(results, result =>
        {
            Assert.Equal("-", result.GetProperty("source").GetProperty("topic").GetString());
            Assert.Equal("yes", result.GetProperty("decision").GetString());
            Assert.Equal(0.952574, result.GetProperty("labels").GetProperty("always").GetProperty("p").GetDouble());
            Assert.Equal("no", result.GetProperty("labels").GetProperty("never").GetProperty("decision").GetString());
        });
        Assert.Contains(results, result => result.TryGetProperty("truncated", out _));
    }

    [Fact]
    public void Broken_lines_are_named_and_cost_no_other()
    {
        using var folder = Repository.Temporary();
        var (code, output, errors) = WorkerProcess.Run(
            "{\"text\":\"one\"}\n{\"text\":\n{\"body\":\"x\"}\n\n{\"text\":\"two\"}\n", Classify(folder));
        Assert.Equal(1, code);
        Assert.Equal([1, 4], Json(output).Select(r => r.GetProperty("source").GetProperty("offset").GetInt32()));
        Assert.Contains("standard input, line 2: is not JSON", errors, StringComparison.Ordinal);
        Assert.Contains("standard input, line 3: has no \"text\"", errors, StringComparison.Ordinal);
        Assert.Contains("2 of 4 rows were not classified", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_is_answered_before_the_next_one_comes()
    {
        using var folder = Repository.Temporary();
        using var worker = WorkerProcess.Start(Classify(folder));
        for (var i = 1; i <= 3; i++)
        {
            await worker.Send($"where is my parcel {i}\n");
            await Until(() => worker.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == i, worker);
        }
    }

    [Fact]
    public void A_csv_file_becomes_a_table_of_80_columns_or_a_file_of_results()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(
            folder.File("a.csv"),
            "id;text\n1;where is my " +
            $"refund\n2;{string.Concat(Enumerable.Repeat("宅配便😀 ", 30))}\n3;\"a\nb\u001b[31m\"\n");
        var (code, output, errors) = WorkerProcess.Run(
            "", [.. Classify(folder), folder.File("a.csv"), "--as", "table"]);
        Assert.True(code == 0, errors);
        var lines = output.TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal($"{"where is my refund",-37} {"yes",-8} {"always",-16} 0.953 likely", lines[1]);
        Assert.DoesNotContain("\u001b", output, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));

        (code, output, errors) = WorkerProcess.Run(
            "", [.. Classify(folder), folder.File("a.csv"), "--out", folder.File("r.jsonl")]);
        Assert.True(code == 0, errors);
        Assert.Empty(output);
        Assert.Equal(
            ["a.csv", "a.csv", "a.csv"], Json(File.ReadAllText(folder.File("r.jsonl")))
                .Select(r => r.GetProperty("source").GetProperty("topic").GetString()!));
    }

    [Theory]
    [InlineData("is not there", "nowhere.csv")]
    [InlineData("--encoding klingon is unknown", "-", "--encoding", "klingon")]
    [InlineData("holds no text", "-")]
    public void Mistakes_say_what_to_do(string message, params string[] arguments)
    {
        using var folder = Repository.Temporary();
        var (code, output, errors) = WorkerProcess.Run("", [.. Classify(folder), .. arguments]);
        Assert.NotEqual(0, code);
        Assert.Empty(output);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("bug", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heads_of_the_sample_inbox_are_trained_once_also_by_two_at_once()
    {
        using var folder = Repository.Temporary();
        var environment = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = folder.File("cache") };
        (int Code, string Output, string Errors) Run() =>
            WorkerProcess.Run(environment, "where is my refund\n", "classify", "--as", "json", "--model", model.Bundle);
        var both = await Task.WhenAll(Task.Run(Run), Task.Run(Run));
        Assert.All(both, run => Assert.True(run.Code == 0, run.Errors));
        Assert.All(both, run => Assert.Contains(folder.File("cache"), run.Errors, StringComparison.Ordinal));
        var kept = Assert.Single(Directory.GetFileSystemEntries(folder.File("cache/worker")));

        var (code, output, errors) = Run();
        Assert.True(code == 0, errors);
        Assert.Contains("trained earlier", errors, StringComparison.Ordinal);
        Assert.Equal(Labels(both[0].Output), Labels(output));

        // A damaged file counts as missing.
        File.WriteAllText(kept, "{\"label\":");
        (code, output, errors) = Run();
        Assert.True(code == 0, errors);
        Assert.Contains("on the sample inbox, 703 messages", errors, StringComparison.Ordinal);
        Assert.Equal(Labels(both[0].Output), Labels(output));
        Assert.Contains("trained earlier", Run().Errors, StringComparison.Ordinal);

        // The time of the run is in the record too.
        static string Labels(string output) => Json(output).Single().GetProperty("labels").GetRawText();
    }

    private string[] Classify(TemporaryFolder folder)
    {
        HeadFile.Write(folder.File("heads.jsonl"), [model.Head("always", bias: 3), model.Head("never", bias: -3)]);
        return ["classify", "--heads", folder.File("heads.jsonl"), "--model", model.Bundle];
    }

    private static List<JsonElement> Json(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            JsonDocument.Parse(line).RootElement)];

    private static async Task Until(Func<bool> reached, WorkerProcess worker)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (!reached())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline && !worker.HasExited, worker.Output + worker.Errors);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
