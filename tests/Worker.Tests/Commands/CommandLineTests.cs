using System.Text.Json;

namespace Worker.Tests.Commands;

/// <summary>The executable's commands as a person or a script uses them.</summary>
public class CommandLineTests(TinyModel model)
{
    [Fact]
    public void Tokenize_writes_the_reference_ids_a_line_each()
    {
        var golden = File.ReadAllLines(Repository.Golden("models", "bert-tiny", "expected.jsonl"));
        var (code, output, errors) = WorkerProcess.Run(
            string.Join('\n', golden), "tokenize", "--vocab", Repository.Golden("models", "bert-tiny"));
        Assert.True(code == 0, errors);
        Assert.Equal(golden.Select(line => Numbers(line, "ids")),
            output.TrimEnd().Split('\n').Select(line => Numbers(line, "ids")));
    }

    [Theory]
    [InlineData("bert-tiny")]
    [InlineData("bert-tiny-gelu-new")]
    [InlineData("distilbert-tiny")]
    public void Score_and_embed_give_the_reference_outputs_from_a_hugging_face_folder(string name)
    {
        var folder = Repository.Golden("models", name);
        var golden = File.ReadAllLines(Path.Combine(folder, "expected.jsonl"));
        var input = string.Join('\n', golden);
        AssertNear(golden, "logits", WorkerProcess.Run(input, "score", "--model", folder), "logits");
        AssertNear(golden, "mean", WorkerProcess.Run(input, "embed", "--raw", "--model", folder), "embedding");
        AssertNear(golden, "cls", WorkerProcess.Run(input, "embed", "--raw", "--feature", "cls", "--model", folder),
            "embedding");
    }

    [Fact]
    public void Train_evaluate_and_train_again_give_the_same_heads_and_a_report()
    {
        using var folder = Repository.Temporary();
        var data = folder.File("data.jsonl");
        File.WriteAllLines(data, Enumerable.Range(0, 120).Select(i => i % 3 == 0
            ? $$$"""{"text":"refund my money {{{Words.Of(i)}}} now","labels":{"refund":1,"praise":0}}"""
            : $$$"""{"text":"lovely lamp, thank you so much {{{Words.Of(i)}}}","labels":{"refund":0,"praise":1}}"""));
        string[] train = ["train", "--data", data, "--model", model.Bundle, "--seed", "3", "--out"];
        Assert.Equal(0, WorkerProcess.Run("", [.. train, folder.File("a.jsonl")]).Code);
        Assert.Equal(0, WorkerProcess.Run("", [.. train, folder.File("b.jsonl")]).Code);
        Assert.Equal(File.ReadAllBytes(folder.File("a.jsonl")), File.ReadAllBytes(folder.File("b.jsonl")));
        var (code, output, errors) = WorkerProcess.Run("", "evaluate", "--data", data, "--heads",
            folder.File("a.jsonl"), "--model", model.Bundle, "--json", folder.File("e.json"));
        Assert.True(code == 0, errors);
        Assert.Contains("macro", output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(File.ReadAllText(folder.File("e.json"))).RootElement;
        Assert.True(json.GetProperty("macro").GetProperty("f1").GetDouble() > 0.95);
        Assert.Equal(40, json.GetProperty("labels").GetProperty("refund").GetProperty("support").GetInt32());
        Assert.True(json.TryGetProperty("ece", out _));
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Theory]
    [InlineData(2, "--vocab", "tokenize")]
    [InlineData(2, "nonsense", "nonsense")]
    [InlineData(2, "see 'worker heads publish --help'", "heads", "publish", "x", "--nonsense")]
    [InlineData(2, "see 'worker --help'", "nonsense")]
    [InlineData(1, "is not there", "tokenize", "--vocab", "/nowhere/at/all")]
    [InlineData(1, "is not there", "embed", "--model", "/nowhere/at/all")]
    [InlineData(1, "is not there", "import", "/nowhere/at/all", "--out", "x")]
    [InlineData(2, "--c 0: must be a number, above 0", "train", "--data", "x", "--out", "y", "--c", "0")]
    [InlineData(2, "--c -1: must be a number, above 0", "train", "--data", "x", "--out", "y", "--c", "-1")]
    [InlineData(2, "--c NaN: must be a number, above 0", "train", "--data", "x", "--out", "y", "--c", "NaN")]
    [InlineData(2, "--anomaly-references 0: must be a whole number, 100 to 100,000", "train", "--data", "x", "--out",
        "y", "--anomaly-references", "0")]
    [InlineData(
        2, "--seed 9999999999: must be a whole number", "train", "--data", "x", "--out", "y", "--seed", "9999999999")]
    [InlineData(2, "--threads -1: must be a whole number, 0 to 1,024", "evaluate", "--data", "x", "--heads", "y",
        "--threads", "-1")]
    [InlineData(2, "--error Infinity: must be a number, above 0 and below 1", "certify", "--data", "x", "--heads", "y",
        "--out", "z", "--error", "Infinity")]
    [InlineData(2, "--valid-days 0: must be a number, above 0 and at most 1,000,000", "certify", "--data", "x",
        "--heads", "y", "--out", "z", "--valid-days", "0")]
    [InlineData(2, "--seeds 1: must be a whole number, 2 to 1,000", "experiment", "--data", "x", "--seeds", "1")]
    [InlineData(
        2, "--replicas 70000: must be a whole number, 1 to 32,767, or -1", "topics", "create", "--replicas", "70000")]
    [InlineData(2, "--max-tokens -1: must be a whole number, at least 2, or 0", "tokenize", "--vocab", "x",
        "--max-tokens", "-1")]
    [InlineData(2, "--since abc: must be a date or time", "replay", "--since", "abc")]
    [InlineData(
        2, "--imbalance foo: must be one of none, sqrt", "train", "--data", "x", "--out", "y", "--imbalance", "foo")]
    [InlineData(2, "names nope: must be one of tokenizer", "bench", "nope")]
    [InlineData(
        1, "is not there: name a heads file", "heads", "publish", "/nowhere/at/all", "--bootstrap", "localhost:1")]
    [InlineData(78, "Kafka:BootstrapServers", "run")]
    [InlineData(78, "Section:Key=value", "run", "--Kafak=x")]
    [InlineData(78, "did you mean Kafka:BootstrapServers?", "run", "--Kafak:BootstrapServers=x")]
    [InlineData(2, "'rnu' is no command of 'worker'; did you mean run?", "rnu")]
    [InlineData(2, "'pubish' is no command of 'worker heads'; did you mean publish?", "heads", "pubish", "x")]
    [InlineData(2, "'worker topics' needs a command: create", "topics")]
    [InlineData(2, "has no option '--bootstap'; did you mean --bootstrap?", "topics", "create", "--bootstap")]
    public void Mistakes_get_a_message_and_an_exit_code(int code, string message, params string[] arguments)
    {
        var result = WorkerProcess.Run("", arguments);
        Assert.Equal(code, result.Code);
        Assert.Contains(message, result.Errors, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("topics", "create")]
    [InlineData("heads", "retire", "spam")]
    [InlineData("replay", "--dry-run")]
    public void The_small_commands_check_settings_as_run_does(params string[] command)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(
            folder.File("a.json"), """{"Kafka": {"Delivery": "Exactly", "GroupIdd": "x"}, "Review": {"Audit": 2}}""");
        var (code, _, errors) = WorkerProcess.Run(
            "", [.. command, "--bootstrap", "b:1", "--config", folder.File("a.json")]);
        Assert.Equal(78, code);
        foreach (var part in (string[])["did you mean ExactlyOnce?", "did you mean Kafka:GroupId?",
            "Review:Audit: '2' is not a number from 0 to 1"])
            Assert.Contains(part, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_says_the_range_of_every_number()
    {
        var (_, output, _) = WorkerProcess.Run("", "train", "--help");
        var help = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var range in new[] { "held-out log-loss; above 0", "100 to 100,000", "0 to 1,024",
            "at least 0 and below 1" })
            Assert.Contains(range, help, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_lines_on_standard_input_are_named()
    {
        var (code, output, errors) = WorkerProcess.Run(
            "{\"text\":\"fine\"}\n{\"body\":1}\n", "tokenize", "--vocab", Repository.MiniLm);
        Assert.Equal(1, code);
        Assert.Contains("line 2", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("bug", errors, StringComparison.Ordinal);
        Assert.NotNull(output);
    }

    [Fact]
    public void Without_a_classification_head_score_says_what_to_do_instead()
    {
        var (code, _, errors) = WorkerProcess.Run("{\"text\":\"x\"}\n", "score", "--model", Repository.MiniLm);
        Assert.Equal(1, code);
        Assert.Contains("worker embed", errors, StringComparison.Ordinal);
    }

    private static void AssertNear(
        string[] golden, string expected, (int Code, string Output, string Errors) result, string actual)
    {
        Assert.True(result.Code == 0, result.Errors);
        var lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal(golden.Length, lines.Length);
        foreach (var (want, got) in golden.Zip(lines))
            Assert.All(Numbers(want, expected).Zip(Numbers(got, actual)),
                pair => Assert.InRange(pair.Second - pair.First, -1e-4, 1e-4));
    }

    private static double[] Numbers(string line, string name) =>
        [.. JsonDocument.Parse(line).RootElement.GetProperty(name).EnumerateArray().Select(n => n.GetDouble())];
}
