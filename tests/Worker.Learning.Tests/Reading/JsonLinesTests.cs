using System.Text;
using Worker.Learning.Examples;
using Worker.Learning.Reading;

namespace Worker.Learning.Tests.Reading;

/// <summary>Labelled texts as JSON lines.</summary>
public class JsonLinesTests
{
    [Fact]
    public void An_object_of_labels_answers_those_it_names_and_no_others()
    {
        var example = Assert.Single(
            Read("""{"id": 7, "text": "Bonjour", "labels": {"spam": 1, "angry": 0, "urgent": true, "bug": false, "late": null, "odd": 1.0}}"""));
        Assert.Equal("Bonjour", example.Text);
        Assert.False(example.Closed);
        Assert.Equal(
            [("angry", false), ("bug", false), ("odd", true), ("spam", true), ("urgent", true)],
            example.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => (l.Key, l.Value)));
    }

    [Fact]
    public void A_list_of_labels_is_closed()
    {
        var examples = Read("""
            {"text": "", "labels": ["spam", "angry", "spam"]}

            {"text": "😀 \ud83d\ude00", "labels": []}
            """);
        Assert.Equal(["", "😀 😀"], examples.Select(e => e.Text));
        Assert.All(examples, e => Assert.True(e.Closed));
        Assert.Equal(["angry", "spam"], examples[0].Labels.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(examples[1].Labels);
    }

    [Theory]
    [InlineData("{\"text\": \"a\"", "is not JSON")]
    [InlineData("{a,b", "is not JSON")]
    [InlineData("[1]", "a list, not an object")]
    [InlineData("{\"labels\": {}}", "no \"text\"")]
    [InlineData("{\"text\": 3, \"labels\": {}}", "\"text\" that is 3")]
    [InlineData("{\"text\": \"a\"}", "no \"labels\"")]
    [InlineData("{\"text\": \"a\", \"labels\": {\"spam\": 2}}", "answers label 'spam' with 2")]
    [InlineData("{\"text\": \"a\", \"labels\": {\"spam\": \"si\"}}", "answers label 'spam' with 'si'")]
    [InlineData("{\"text\": \"a\", \"labels\": {\" \": 1}}", "label that is empty")]
    [InlineData("{\"text\": \"a\", \"labels\": {\"spam\": 1, \"spam\": 0}}", "answers label 'spam' twice")]
    [InlineData("{\"text\": \"a\", \"labels\": [null]}", "lists a label that is null")]
    [InlineData("{\"text\": \"a\", \"labels\": [\"\"]}", "lists a label that is an empty string")]
    [InlineData("{\"text\": \"\\ud800\", \"labels\": {}}", "surrogate")]
    public void A_bad_line_is_named_with_file_and_line_and_what_is_wrong(string line, string problem)
    {
        var error = Assert.Throws<ExampleFormatException>(() =>
            Read("{\"text\": \"fine\", \"labels\": [\"spam\"]}\n\n" + line));
        Assert.StartsWith("inbox.jsonl, line 3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.Total);
    }

    [Fact]
    public void Of_many_bad_lines_ten_are_listed_and_the_rest_counted()
    {
        var error = Assert.Throws<ExampleFormatException>(() => Read(string.Join('\n', Enumerable.Repeat("{bad", 25))));
        Assert.Equal(10, error.Problems.Count);
        Assert.Equal(25, error.Total);
        Assert.Contains("line 10:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("line 11:", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("15 more such lines", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n  \n")]
    public void A_file_without_examples_is_refused(string content) =>
        Assert.Contains(
            "inbox.jsonl has no examples", Assert.Throws<ExampleFormatException>(() =>
                Read(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void Lines_are_read_only_as_they_are_asked_for()
    {
        using var endless = new EndlessStream("""{"text": "again", "labels": {"spam": 1}}""" + "\n");
        Assert.Equal(3, ExampleFile.ReadAll(endless, "endless").Take(3).Count());
        // No more than the bytes that were looked at, and one block.
        Assert.InRange(endless.BytesRead, 1, 200_000);
    }

    [Fact]
    public void A_file_may_start_with_a_byte_order_mark()
    {
        using var folder = Repository.Temporary();
        var path = folder.File("bom.jsonl");
        File.WriteAllText(path, """{"text": "grüezi", "labels": ["praise"]}""",
            new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("grüezi", Assert.Single(ExampleFile.ReadAll(path)).Text);
    }

    [Theory]
    [InlineData("\"refund\"", "refund")]
    [InlineData("7", "7")]
    [InlineData("\"Food, drinks\"", "Food, drinks")]
    public void A_label_is_one_string_or_integer(string label, string name)
    {
        var example = Assert.Single(Read($"{{\"text\": \"a\", \"label\": {label}}}"));
        Assert.True(example.Closed);
        Assert.Equal([name], example.Labels.Keys);
    }

    [Fact]
    public void Labels_may_be_a_string_with_commas_and_answers_words()
    {
        var examples = Read("""
            {"text": "a", "labels": "spam, angry"}
            {"text": "b", "labels": {"spam": "yes", "angry": "False", "late": "0", "odd": ""}}
            {"text": "c", "labels": null}
            """);
        Assert.Equal(["angry", "spam"], examples[0].Labels.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([("angry", false), ("late", false), ("spam", true)],
            examples[1].Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => (l.Key, l.Value)));
        Assert.False(examples[2].Closed);
        Assert.Empty(examples[2].Labels);
    }

    private static List<LabelledText> Read(string content) =>
        [.. ExampleFile.ReadAll(new MemoryStream(Encoding.UTF8.GetBytes(content)), "inbox.jsonl",
            new ReadingOptions { Format = DataFormat.JsonLines })];

    private sealed class EndlessStream(string line) : Stream
    {
        private readonly byte[] bytes = Encoding.UTF8.GetBytes(line);

        public long BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get =>
            throw new NotSupportedException(); set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (var i = 0; i < count; i++)
                buffer[offset + i] = bytes[(BytesRead + i) % bytes.Length];
            BytesRead += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
