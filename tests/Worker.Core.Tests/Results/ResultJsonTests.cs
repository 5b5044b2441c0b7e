using System.Text;
using System.Text.Json;
using Worker.Core.Decisions;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Messages;

namespace Worker.Core.Tests.Messages;

public class ResultJsonTests
{
    private static readonly FeatureLayout Layout = new(["mean"], hidden: 1);

    [Fact]
    public void A_result_names_source_encoder_and_each_heads_probability_decision_and_version()
    {
        var set = Set(Head("spam", 3), Head("angry", 1));
        var json = Parse(new ResultJson().WriteResult(
            new MessageResult(new("messages", 2, 77), 1234, 9, Truncated: true, new ReviewReason("spam", 0.5)), set, [0.25f, 1f]));
        Assert.Equal("messages", json.GetProperty("source").GetProperty("topic").GetString());
        Assert.Equal(2, json.GetProperty("source").GetProperty("partition").GetInt32());
        Assert.Equal(77, json.GetProperty("source").GetProperty("offset").GetInt64());
        Assert.Equal(1234, json.GetProperty("source").GetProperty("timestamp").GetInt64());
        Assert.Equal("abc", json.GetProperty("encoder").GetString());
        Assert.Equal(9, json.GetProperty("tokens").GetInt32());
        Assert.True(json.GetProperty("truncated").GetBoolean());
        Assert.Equal("spam", json.GetProperty("review").GetProperty("label").GetString());
        // Label order: angry, spam.
        Assert.Equal("""{"p":0.250000,"decision":"no","version":1}""", json.GetProperty("labels").GetProperty("angry").GetRawText());
        Assert.Equal("""{"p":1.000000,"decision":"yes","version":3}""", json.GetProperty("labels").GetProperty("spam").GetRawText());
    }

    [Theory]
    [InlineData(0f, "0.000000")]
    [InlineData(1e-7f, "0.000000")]
    [InlineData(0.0000015f, "0.000002")]
    [InlineData(0.123456f, "0.123456")]
    [InlineData(0.9999999f, "1.000000")]
    public void Probabilities_have_six_decimals(float p, string expected)
    {
        var json = Parse(new ResultJson().WriteResult(Any, Set(Head("x", 1)), [p]));
        Assert.Equal(expected, json.GetProperty("labels").GetProperty("x").GetProperty("p").GetRawText());
    }

    [Fact]
    public void A_swapped_head_set_changes_versions_and_labels_at_once()
    {
        var writer = new ResultJson();
        writer.WriteResult(Any, Set(Head("x", 1)), [0.5f]);
        var labels = Parse(writer.WriteResult(Any, Set(Head("x", 2), Head("y", 1)), [0.5f, 0.5f])).GetProperty("labels");
        Assert.Equal(2, labels.GetProperty("x").GetProperty("version").GetInt32());
        Assert.Equal(1, labels.GetProperty("y").GetProperty("version").GetInt32());
    }

    [Fact]
    public void Names_and_texts_with_quotes_and_any_characters_stay_valid_json()
    {
        var set = Set(Head("say \"hi\"\n\\ é 👍", 1));
        var json = Parse(new ResultJson().WriteReviewItem(Any, set, [0.5f], "a \"b\"\t\u0001 é 👍"u8));
        Assert.Equal("a \"b\"\t\u0001 é 👍", json.GetProperty("text").GetString());
        Assert.Equal("say \"hi\"\n\\ é 👍", json.GetProperty("labels").EnumerateObject().Single().Name);
    }

    [Fact]
    public void Without_heads_the_labels_are_empty() =>
        Assert.Empty(Parse(new ResultJson().WriteResult(Any, Set(), [])).GetProperty("labels").EnumerateObject());

    private static MessageResult Any => new(new("t", 0, 0), 0, 2, Truncated: false, null);

    private static HeadSet Set(params Head[] heads) => HeadSet.Empty("abc", Layout).With(heads);

    private static Head Head(string label, int version) =>
        new() { Label = label, Version = version, Encoder = "abc", Feature = "mean", Weights = [1], Bias = 0 };

    private static JsonElement Parse(byte[] json) => JsonDocument.Parse(Encoding.UTF8.GetString(json)).RootElement;
}
