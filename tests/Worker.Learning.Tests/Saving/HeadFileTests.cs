using Worker.Core.Heads;
using Worker.Learning.Saving;

namespace Worker.Learning.Tests.Saving;

public class HeadFileTests
{
    private static readonly Head Spam = new()
    {
        Label = "spam",
        Version = 3,
        Encoder = "e",
        Feature = "mean",
        Weights = [0.1f, -2f],
        Bias = 1e-20f,
    };
    private static readonly Head Zorn = Spam with { Label = "Zorn\n" };

    [Fact]
    public void Heads_come_back_in_their_order()
    {
        using var folder = Repository.Temporary();
        var path = folder.File("heads.jsonl");
        HeadFile.Write(path, [Spam, Zorn]);
        var read = HeadFile.Read(path);
        Assert.Equal(["spam", "Zorn\n"], read.Select(h => h.Label));
        Assert.Equal(Spam.Weights, read[0].Weights);
        Assert.Equal(2, File.ReadAllLines(path).Length);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using var folder = Repository.Temporary();
        var path = folder.File("heads.jsonl");
        HeadFile.Write(path, [Spam]);
        Assert.Throws<HeadFormatException>(() => HeadFile.Write(path, [Zorn, Spam with { Bias = float.NaN }]));
        Assert.Equal("spam", Assert.Single(HeadFile.Read(path)).Label);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Errors_name_file_line_and_field()
    {
        using var folder = Repository.Temporary();
        var path = folder.File("heads.jsonl");
        HeadFile.Write(path, [Spam]);

        File.AppendAllText(path, "\n{\"label\":\"x\",\"version\":1}\n");
        var missing = Assert.Throws<FormatException>(() => HeadFile.Read(path)).Message;
        Assert.StartsWith($"{path}, line 3: ", missing, StringComparison.Ordinal);
        Assert.Contains("'encoder' is missing", missing, StringComparison.Ordinal);

        HeadFile.Write(path, [Spam, Zorn, Spam]);
        Assert.Contains("line 3: label 'spam' already has a head in line 1",
            Assert.Throws<FormatException>(() => HeadFile.Read(path)).Message, StringComparison.Ordinal);

        File.WriteAllText(path, "\n");
        Assert.Contains("has no heads", Assert.Throws<FormatException>(() => HeadFile.Read(path)).Message,
            StringComparison.Ordinal);
    }
}
