using Worker.Learning.Examples;
using Worker.Testing;

namespace Worker.Learning.Tests.Examples;

public class ExampleReaderTests
{
    [Fact]
    public void An_object_of_labels_answers_those_it_names_and_no_others()
    {
        var example = Assert.Single(Read("""{"id": 7, "text": "Bonjour", "labels": {"spam": 1, "angry": 0, "urgent": true, "bug": false, "late": null, "odd": 1.0}}"""));
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
    [InlineData("a,b", "is not JSON")]
    [InlineData("[1]", "a list, not an object")]
    [InlineData("{\"labels\": {}}", "no \"text\"")]
    [InlineData("{\"text\": 3, \"labels\": {}}", "\"text\" that is 3")]
    [InlineData("{\"text\": \"a\"}", "no \"labels\"")]
    [InlineData("{\"text\": \"a\", \"labels\": \"spam\"}", "\"labels\" that are a string")]
    [InlineData("{\"text\": \"a\", \"labels\": {\"spam\": 2}}", "answers label 'spam' with 2")]
    [InlineData("{\"text\": \"a\", \"labels\": {\"spam\": \"yes\"}}", "answers label 'spam' with a string")]
    [InlineData("{\"text\": \"a\", \"labels\": {\" \": 1}}", "label that is empty")]
    [InlineData("{\"text\": \"a\", \"labels\": {\"spam\": 1, \"spam\": 0}}", "answers label 'spam' twice")]
    [InlineData("{\"text\": \"a\", \"labels\": [1]}", "lists a label that is 1")]
    [InlineData("{\"text\": \"a\", \"labels\": [\"\"]}", "lists a label that is an empty string")]
    [InlineData("{\"text\": \"\\ud800\", \"labels\": {}}", "surrogate")]
    public void A_bad_line_is_named_with_file_and_line_and_what_is_wrong(string line, string problem)
    {
        var error = Assert.Throws<ExampleFormatException>(() => Read("{\"text\": \"fine\", \"labels\": [\"spam\"]}\n\n" + line));
        Assert.StartsWith("inbox.jsonl, line 3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.Total);
    }

    [Fact]
    public void Of_many_bad_lines_ten_are_listed_and_the_rest_counted()
    {
        var error = Assert.Throws<ExampleFormatException>(() => Read(string.Join('\n', Enumerable.Repeat("bad", 25))));
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
        Assert.Contains("inbox.jsonl has no examples", Assert.Throws<ExampleFormatException>(() => Read(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void Lines_are_read_only_as_they_are_asked_for()
    {
        using var endless = new EndlessReader("""{"text": "again", "labels": {"spam": 1}}""");
        Assert.Equal(3, ExampleReader.Read(endless, "endless").Take(3).Count());
        Assert.Equal(3, endless.LinesRead);
    }

    [Fact]
    public void A_file_may_start_with_a_byte_order_mark()
    {
        using var folder = Repository.Temporary();
        var path = folder.File("bom.jsonl");
        File.WriteAllText(path, """{"text": "grüezi", "labels": ["praise"]}""", new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("grüezi", Assert.Single(ExampleReader.Read(path)).Text);
    }

    private static List<LabelledText> Read(string content) => [.. ExampleReader.Read(new StringReader(content), "inbox.jsonl")];

    private sealed class EndlessReader(string line) : TextReader
    {
        public int LinesRead { get; private set; }

        public override string ReadLine()
        {
            LinesRead++;
            return line;
        }
    }
}
