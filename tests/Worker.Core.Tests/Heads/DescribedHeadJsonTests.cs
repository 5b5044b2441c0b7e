using System.Text;
using Worker.Core.Heads;

namespace Worker.Core.Tests.Heads;

public class DescribedHeadJsonTests
{
    private static readonly Head Plain = new()
    {
        Label = "refund",
        Version = 1,
        Encoder = "e",
        Feature = "mean",
        Weights = [1],
        Bias = 0,
    };

    [Theory]
    [InlineData("wants money back")]
    [InlineData("wants money back", "please return my payment", "Geld zurück")]
    [InlineData(null, "please return my payment")]
    public void What_a_head_was_made_from_is_read_back(string? text, params string[] examples)
    {
        var description = new LabelDescription(text, [.. examples]);
        var read = HeadJson.Parse(HeadJson.Serialize(Plain with { Described = description }));
        Assert.Equal(description, read.Described);
        Assert.Equal([.. text is null ? Array.Empty<string>() : [text], .. examples], read.Described!.PseudoExamples);
        Assert.Null(HeadJson.Parse(HeadJson.Serialize(Plain)).Described);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"examples":[]}""")]
    [InlineData("""{"description":"a","examples":[null]}""")]
    public void A_head_that_was_made_from_nothing_is_refused(string described)
    {
        var json = Encoding.UTF8.GetString(HeadJson.Serialize(Plain))[..^1] + ",\"described\":" + described + "}";
        var refused = Assert.Throws<HeadFormatException>(() => HeadJson.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Equal("described", refused.Field);
    }
}
