namespace Worker.Tests.Commands;

/// <summary>
/// Data in people's formats, from the command line; and paths that cannot be written to, reported before the work.
/// </summary>
public class DataCommandTests(TinyModel model)
{
    [Fact]
    public void A_csv_export_is_trained_on_evaluated_and_certified_as_it_is()
    {
        using var folder = Repository.Temporary();
        var data = Export(folder);
        var heads = folder.File("heads.jsonl");
        string[] columns = ["--data", data, "--text-column", "title,body", "--label-column", "category", "--model",
            model.Bundle];
        var (code, output, errors) = WorkerProcess.Run("", ["train", .. columns, "--out", heads]);
        Assert.True(code == 0, errors);
        Assert.Contains("2 heads", output, StringComparison.Ordinal);
        (code, output, errors) = WorkerProcess.Run(
            "", ["evaluate", .. columns, "--heads", heads, "--unlike", Lines(folder)]);
        Assert.True(code == 0, errors);
        Assert.Contains("macro", output, StringComparison.Ordinal);
        (code, _, errors) = WorkerProcess.Run(
            "", ["certify", .. columns, "--heads", heads, "--out", folder.File("certified.jsonl")]);
        Assert.True(code == 0, errors);
        // Without the options the error names them.
        (code, _, errors) = WorkerProcess.Run("", "train", "--data", data, "--model", model.Bundle, "--out", heads);
        Assert.Equal(1, code);
        Assert.Contains("(its columns: title, body, category)", errors, StringComparison.Ordinal);
        Assert.Contains("--text-column", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "--out")]
    [InlineData("certify", "--out")]
    [InlineData("evaluate", "--report")]
    [InlineData("evaluate", "--json")]
    [InlineData("experiment", "--csv")]
    [InlineData("classify", "--out")]
    public void A_path_that_cannot_be_written_is_said_before_anything_is_read(string command, string option)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("file"), "");
        // The data is not there either; the first message shows what was checked first.
        string[] rest = command is "certify" or "evaluate" ? ["--data", "none", "--heads", "none"]
            : command == "classify" ? ["none"] : ["--data", "none"];
        foreach (var (path, said) in new[]
        {
            (folder.Path, "is a folder: name a file"), (folder.File("no/such/file"), "is not there: make it first"),
            (Path.Combine(folder.File("file"), "x"), "is a file, not a folder"), ("", "is empty: name a file"),
        })
        {
            var (code, _, errors) = WorkerProcess.Run("", [command, .. rest, option, path]);
            Assert.Equal(1, code);
            Assert.Contains(said, errors, StringComparison.Ordinal);
            Assert.StartsWith($"error: {option}", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_read_is_not_overwritten()
    {
        using var folder = Repository.Temporary();
        var data = Export(folder);
        var before = File.ReadAllText(data);
        var (code, _, errors) = WorkerProcess.Run("", "train", "--data", data, "--out", data, "--model", model.Bundle);
        Assert.Equal(1, code);
        Assert.Contains("would be lost", errors, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(data));
    }

    [Fact]
    public void A_bundle_is_replaced_only_with_force()
    {
        using var folder = Repository.Temporary();
        var checkpoint = Repository.Golden("models", "bert-tiny");
        string[] import = ["import", checkpoint, "--out", folder.File("bundle")];
        Assert.Equal(0, WorkerProcess.Run("", import).Code);
        var written = File.GetLastWriteTimeUtc(folder.File("bundle/encoder.json"));
        var (code, _, errors) = WorkerProcess.Run("", import);
        Assert.Equal(1, code);
        Assert.Contains("--force", errors, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(folder.File("bundle/encoder.json")));
        Assert.Equal(0, WorkerProcess.Run("", [.. import, "--force"]).Code);
        File.WriteAllText(folder.File("file"), "");
        (code, _, errors) = WorkerProcess.Run("", "import", checkpoint, "--out", folder.File("file"));
        Assert.Equal(1, code);
        Assert.Contains("is a file: name a folder", errors, StringComparison.Ordinal);
    }

    private static string Export(TemporaryFolder folder)
    {
        File.WriteAllText(folder.File("export.csv"),
            "title;body;category\n" + string.Concat(Enumerable.Range(0, 60).Select(i => i % 3 == 0
            ? $"Money;\"refund my money, number {Words.Of(i)}, now\";refund\n" : "Thanks;lovely lamp, thank you so " +
                $"much {Words.Of(i)};praise\n")));
        return folder.File("export.csv");
    }

    private static string Lines(TemporaryFolder folder)
    {
        File.WriteAllText(
            folder.File("unlike.csv"), "title;body\n" + string.Concat(
                Enumerable.Range(0, 10).Select(i => $"qz{i};xkv wjq ### vvk\n")));
        return folder.File("unlike.csv");
    }
}
