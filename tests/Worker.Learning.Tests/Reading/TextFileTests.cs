using Worker.Learning.Examples;
using Worker.Learning.Reading;

namespace Worker.Learning.Tests.Reading;

/// <summary>Texts without labels, as classify and demo read them.</summary>
public class TextFileTests
{
    [Theory]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\n\n{\"text\":\"two\",\"x\":1}\n")]
    [InlineData("a.json", "[{\"text\":\"one\"},\n {\"text\":\"two\"}]")]
    [InlineData("b.json", "  [\"one\", \"two\"]")]
    [InlineData("a.txt", "one\n\ntwo\n")]
    [InlineData("b.txt", "one\r\ntwo")]
    [InlineData("a.csv", "id,text\n1,one\n2,two\n")]
    [InlineData("no-ending", "id;text;label\n1;one;x\n2;two;y\n")]
    [InlineData("b.csv", "words\none\ntwo\n")]
    [InlineData("c.csv", "comment,text\nok,one\nok,two\n")]
    [InlineData("d.csv", "ID, Text \n1,one\n2,two\n")]
    [InlineData("e.csv", "sep=;\nid;text\n1;one\n2;two\n")]
    [InlineData("f.csv", "id|text\n1|one\n2|two\n")]
    [InlineData("a.tsv", "label\ttext\nlonger than the text\tone\nlonger than the text\ttwo\n")]
    public void Is_read_by_content(string name, string content)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File(name), content);
        Assert.Equal(["one", "two"], TextFile.Read(folder.File(name)));
    }

    [Theory]
    [InlineData("Hello, where is my refund?\nWell, I wait\nSo, please help\n")]
    [InlineData("[ok] one; two\n")]
    [InlineData("where is my refund")]
    public void Prose_with_commas_and_brackets_is_lines(string content)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.txt"), content);
        Assert.Equal(content.TrimEnd('\n').Split('\n'), TextFile.Read(folder.File("a.txt")));
    }

    [Fact]
    public void Several_columns_are_one_text_with_a_blank_line_between()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.csv"), "title,n,body\nHello,1,where is it\n,2,no title\n");
        var options = new ReadingOptions { TextColumns = ["title", "body"] };
        Assert.Equal(["Hello\n\nwhere is it", "no title"], TextFile.Read(folder.File("a.csv"), options));
    }

    [Fact]
    public void Csv_fields_may_hold_commas_quotes_and_line_breaks()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.csv"), "text,n\n\"a, \"\"b\"\"\nc\",1\n");
        Assert.Equal(["a, \"b\"\nc"], TextFile.Read(folder.File("a.csv")));
    }

    [Fact]
    public void Csv_with_stray_quotes_within_a_line_and_missing_fields_is_read_as_it_stands()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.csv"), "n,text\r\n1,say \"hi\" now\r\n2\r\n3,\"a\"b\r\n\r\n4,5\" disk\r\n");
        Assert.Equal(["say \"hi\" now", "ab", "5\" disk"], TextFile.Read(folder.File("a.csv")));
    }

    [Theory]
    [InlineData("id,text\n1,one\n2,\"He said\n3,three\n4,four\n", "line 3: a quote opens here and is never closed")]
    [InlineData("id,text\n1,one\n2,\"He said\n3,\"three, or four\"\n4,four\n",
        "line 3: a quote opens here and is never closed")]
    [InlineData(
        "id,text\n1,\"one\nand a half\"\n2,\"He \"\"said\n3,three\n", "line 4: a quote opens here and is never closed")]
    [InlineData("id,\"text\n1,one\n", "line 1: a quote opens here and is never closed")]
    [InlineData("id,text\n1,\"a\nb\",\"c\n2,d\n", "line 3: a quote opens here and is never closed")]
    [InlineData("id,text\n1,one, or two\n", "line 2: has 3 fields, the header has 2")]
    [InlineData(
        "id,words\n1,one\n2,two\n",
        "has no column 'text' (its columns: id, words): name the one that holds the texts with --text-column")]
    [InlineData("id,text\n", "holds no text")]
    public void Csv_that_would_be_read_wrong_is_refused_with_the_line(string content, string expected)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.csv"), content);
        var error = Assert.Throws<ExampleFormatException>(() => TextFile.Read(folder.File("a.csv")));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.txt", "\n \n", "holds no text")]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\n{\"body\":\"two\"}\n", "line 2: has no \"text\" (its keys: body)")]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\n{\"text\n", "line 2: is not JSON")]
    [InlineData("a.json", "[{\"text\":\"one\"},\n{\"text\":\"tw", "line 2: the array breaks off")]
    [InlineData("a.json", "[{\"text\":\"one\"}, 7]", "item 2: is 7, not an object")]
    [InlineData("a.xlsx", "PK\u0003\u0004xxxxxxxxxxxxxxxxx", "Excel workbook: unpack it, or save the sheet as CSV")]
    [InlineData("a.parquet", "PAR1 and nothing of it", "begins like Parquet but cannot be read")]
    public void Says_what_is_wrong(string name, string content, string expected)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File(name), content);
        var error = Assert.Throws<ExampleFormatException>(() => TextFile.Read(folder.File(name)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_and_a_folder_are_named()
    {
        using var folder = Repository.Temporary();
        Assert.Contains(
            "nowhere.csv is not there", Assert.Throws<ExampleFormatException>(() =>
                TextFile.Read("nowhere.csv")).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<ExampleFormatException>(() => TextFile.Read(folder.Path)).Message,
            StringComparison.Ordinal);
    }
}
