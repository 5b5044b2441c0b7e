using Worker.Learning.Examples;
using Worker.Learning.Reading;

namespace Worker.Learning.Tests.Reading;

/// <summary>Labels in words, as JSON lines.</summary>
public class DescriptionFileTests
{
    [Fact]
    public void A_line_describes_a_label_by_words_or_examples_or_both()
    {
        var labels = Read("""
            {"label": "refund", "description": "wants money back", "examples": ["please return my payment"]}

            {"label": "angry", "examples": ["this is outrageous", "never again"]}
            {"label": "late", "description": "the parcel has not come", "examples": null}
            """);
        Assert.Equal(["angry", "late", "refund"], labels.Keys);
        Assert.Equal(["wants money back", "please return my payment"], labels["refund"].PseudoExamples);
        Assert.Equal(["this is outrageous", "never again"], labels["angry"].PseudoExamples);
        Assert.Equal(["the parcel has not come"], labels["late"].PseudoExamples);
    }

    [Theory]
    [InlineData("{\"label\": \"a\"", "is not JSON", "\"description\"")]
    [InlineData("[1]", "a list, not an object", "\"description\"")]
    [InlineData("{\"description\": \"late parcels\"}", "no \"label\"")]
    [InlineData("{\"label\": 7, \"description\": \"late parcels\"}", "no \"label\" that is a string")]
    [InlineData("{\"label\": \"late\"}", "says nothing about 'late'")]
    [InlineData("{\"label\": \"late\", \"examples\": []}", "says nothing about 'late'")]
    [InlineData("{\"label\": \"late\", \"description\": 3}", "\"description\" that is 3")]
    [InlineData("{\"label\": \"late\", \"description\": \" \"}", "\"description\" that is an empty string")]
    [InlineData("{\"label\": \"late\", \"examples\": \"where is it\"}", "\"examples\" that are a string")]
    [InlineData("{\"label\": \"late\", \"examples\": [\"where is it\", null]}", "an example that is null")]
    [InlineData("{\"label\": \"late\", \"descripton\": \"slow\"}", "unknown key \"descripton\"", "label, description")]
    [InlineData("{\"label\": \"late\", \"label\": \"slow\"}", "a key twice")]
    [InlineData("{\"label\": \"refund\", \"description\": \"again\"}", "describes 'refund' again, as line 1 does")]
    [InlineData("{\"label\": \"Refund \", \"description\": \"again\"}", "again, as line 1 does")]
    public void A_bad_line_is_named_with_file_and_line_and_what_is_wrong(string line, params string[] problems)
    {
        var error = Assert.Throws<ExampleFormatException>(() =>
            Read("{\"label\": \"refund\", \"description\": \"wants money back\"}\n\n" + line));
        Assert.Contains("labels.jsonl, line 3: ", error.Message, StringComparison.Ordinal);
        Assert.All(problems, problem => Assert.Contains(problem, error.Message, StringComparison.Ordinal));
        Assert.Equal(1, error.Total);
    }

    [Fact]
    public void Files_that_describe_nothing_or_too_much_are_refused()
    {
        Assert.Contains("describes no label", Refusal(""), StringComparison.Ordinal);
        var many = string.Join('\n', Enumerable.Range(0, 501)
            .Select(i => $$"""{"label": "{{Words.Of(i)}} {{i}}", "description": "{{Words.Of(i)}}"}"""));
        Assert.Contains("501 labels, more than the maximum of 500", Refusal(many), StringComparison.Ordinal);
        var long51 = string.Join(',', Enumerable.Range(0, 51).Select(i => $"\"{Words.Of(i)}\""));
        Assert.Contains("51 examples, more than the maximum of 50",
            Refusal($$"""{"label": "late", "examples": [{{long51}}]}"""), StringComparison.Ordinal);
        Assert.Contains("is not there",
            Assert.Throws<ExampleFormatException>(() => DescriptionFile.Read("nowhere.jsonl")).Message,
            StringComparison.Ordinal);
    }

    private static string Refusal(string content) =>
        Assert.Throws<ExampleFormatException>(() => Read(content)).Message;

    private static SortedDictionary<string, Core.Heads.LabelDescription> Read(string content)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("labels.jsonl"), content);
        return DescriptionFile.Read(folder.File("labels.jsonl"));
    }
}
