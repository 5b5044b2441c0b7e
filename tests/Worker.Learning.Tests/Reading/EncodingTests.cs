using System.IO.Compression;
using System.Text;
using Worker.Learning.Examples;
using Worker.Learning.Reading;

namespace Worker.Learning.Tests.Reading;

/// <summary>
/// The encoding of a file is known or asked for; bytes are never turned into replacement characters by a guess.
/// </summary>
public class EncodingTests
{
    private const string Lines = """
        {"text": "Bitte um Erstattung der Gebühr", "labels": ["Gebühr hör"]}
        {"text": "Die Lieferung kam spät an", "labels": ["Gebähr här"]}
        {"text": "just hello", "labels": []}
        """;

    [Fact]
    public void Windows_1252_is_refused_with_the_line_and_read_when_it_is_named()
    {
        using var folder = Repository.Temporary();
        var windows = ReadingOptions.FindEncoding("windows-1252")!;
        File.WriteAllBytes(folder.File("a.jsonl"), windows.GetBytes("{\"text\": \"fine\", \"labels\": []}\n" + Lines));
        var error = Assert.Throws<ExampleFormatException>(() => ExampleFile.Read(folder.File("a.jsonl")));
        Assert.Contains("a.jsonl, line 2: is not UTF-8 (byte 0xFC)", error.Message, StringComparison.Ordinal);
        Assert.Contains("--encoding windows-1252", error.Message, StringComparison.Ordinal);
        var read = ExampleFile.Read(folder.File("a.jsonl"), new ReadingOptions { Encoding = windows });
        Assert.Equal(["Gebähr här", "Gebühr hör"], read.Labels);
        Assert.Equal("Bitte um Erstattung der Gebühr", read.Texts[1]);
    }

    [Theory]
    [InlineData("id,text\n1,fine\n2,Gebühr\n3,spät\n", "line 3: is not UTF-8", "spät")]
    [InlineData("[{\"text\": \"fine\"},\n {\"text\": \"Gebühr\"}]", "line 2: is not UTF-8", "Gebühr")]
    [InlineData("fine\nfine\nspät", "line 3: is not UTF-8", "spät")]
    public void So_it_is_in_every_format(string content, string expected, string last)
    {
        using var folder = Repository.Temporary();
        File.WriteAllBytes(folder.File("a"), Encoding.Latin1.GetBytes(content));
        var error = Assert.Throws<ExampleFormatException>(() => TextFile.Read(folder.File("a")));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(last, TextFile.Read(folder.File("a"), new ReadingOptions { Encoding = Encoding.Latin1 })[^1]);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", true)]
    public void Byte_order_marks_and_UTF_16_without_one_are_seen(string name, bool marked)
    {
        using var folder = Repository.Temporary();
        var encoding = Encoding.GetEncoding(name);
        byte[] mark = marked ? encoding.GetPreamble() : [];
        File.WriteAllBytes(folder.File("a.jsonl"), [.. mark, .. encoding.GetBytes(Lines)]);
        File.WriteAllBytes(folder.File("a.csv"), [.. mark, .. encoding.GetBytes("id;text\n1;Gebühr 😀\n")]);
        Assert.Equal(["Gebähr här", "Gebühr hör"], ExampleFile.Read(folder.File("a.jsonl")).Labels);
        Assert.Equal(["Gebühr 😀"], TextFile.Read(folder.File("a.csv")));
    }

    [Fact]
    public void Characters_across_blocks_are_whole_and_a_late_bad_byte_is_found_in_its_line()
    {
        using var folder = Repository.Temporary();
        // Every length of the first line puts the blocks' ends at another byte of a character.
        for (var shift = 0; shift < 4; shift++)
        {
            var csv = "id,text\n" + new string('x', shift) + ",y\n"
                + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},ü😀ä\n"));
            File.WriteAllText(folder.File("a.csv"), csv);
            Assert.All(TextFile.Read(folder.File("a.csv")).Skip(1), text => Assert.Equal("ü😀ä", text));
            File.WriteAllBytes(folder.File("b.csv"), [.. Encoding.UTF8.GetBytes(csv), .. "1,"u8, 0xE4, .. "\n"u8]);
            var error = Assert.Throws<ExampleFormatException>(() => TextFile.Read(folder.File("b.csv")));
            Assert.Contains("line 20003: is not UTF-8 (byte 0xE4)", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damaged_gzip_and_bytes_that_a_named_encoding_does_not_know_are_said_in_words()
    {
        using var folder = Repository.Temporary();
        File.WriteAllBytes(folder.File("a.gz"), [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        var error = Assert.Throws<ExampleFormatException>(() => TextFile.Read(folder.File("a.gz")));
        Assert.Contains("cannot be unpacked", error.Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder.File("a.txt"), [.. "one\n"u8, 0x81, 0xFF, .. "\n"u8]);
        var japanese = new ReadingOptions { Encoding = ReadingOptions.FindEncoding("shift_jis") };
        error = Assert.Throws<ExampleFormatException>(() => TextFile.Read(folder.File("a.txt"), japanese));
        Assert.Contains("--encoding", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl.gz")]
    [InlineData("no-ending")]
    public void Gzip_is_taken_off(string name)
    {
        using var folder = Repository.Temporary();
        using (var file = new GZipStream(File.Create(folder.File(name)), CompressionLevel.Fastest))
            file.Write(Encoding.UTF8.GetBytes(Lines));
        Assert.Equal(3, ExampleFile.Read(folder.File(name)).Texts.Count);
    }
}
