using Worker.Demo;
using Worker.Terminal;
using Worker.Testing;

namespace Worker.Tests.Demo;

public class TextFileTests
{
    [Theory]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\n\n{\"text\":\"two\",\"x\":1}\n")]
    [InlineData("a.txt", "one\n\ntwo\n")]
    [InlineData("a.csv", "id,text\n1,one\n2,two\n")]
    [InlineData("b.csv", "id,words\n1,one\n2,two\n")]
    [InlineData("a.tsv", "label\tmessage\nlonger than the text\tone\nlonger than the text\ttwo\n")]
    public void Reads_json_lines_csv_and_plain_lines(string name, string content)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File(name), content);
        Assert.Equal(["one", "two"], TextFile.Read(folder.File(name)));
    }

    [Fact]
    public void Csv_fields_may_hold_commas_quotes_and_line_breaks()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.csv"), "text,n\n\"a, \"\"b\"\"\nc\",1\n");
        Assert.Equal(["a, \"b\"\nc"], TextFile.Read(folder.File("a.csv")));
    }

    [Fact]
    public void Csv_with_stray_quotes_and_missing_fields_is_read_as_it_stands()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.csv"), "n,text\r\n1,say \"hi\" now\r\n2\r\n3,\"a\"b\r\n\r\n4,\"never closed, 5\r\n");
        Assert.Equal(["say \"hi\" now", "ab", "never closed, 5\r\n"], TextFile.Read(folder.File("a.csv")));
    }

    [Theory]
    [InlineData("a.txt", "\n \n", "holds no text")]
    [InlineData("a.csv", "id,text\n", "no rows")]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\n{\"body\":\"two\"}\n", "line 2")]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\n{\"text\n", "line 2")]
    public void Says_what_is_wrong(string name, string content, string expected)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File(name), content);
        Assert.Contains(expected, Assert.Throws<UserError>(() => TextFile.Read(folder.File(name))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("nowhere.csv", Assert.Throws<UserError>(() => TextFile.Read("nowhere.csv")).Message, StringComparison.Ordinal);
}
