using System.Text;
using Worker.Core.Messages;
using Worker.Core.Questions;

namespace Worker.Core.Tests.Questions;

public class ReviewItemJsonTests
{
    private const string Item = """
        {"text":"where is my refund?","text_truncated":true,
         "source":{"topic":"messages","partition":3,"offset":41,"timestamp":1763700000000},
         "encoder":"182ab7f2","tokens":9,"decision":"no","top":{"label":"refund","p":0.410000},"uncertain":1,
         "anomaly":{"p":0.412000},
         "review":{"state":"asked","risk":0.820000,"reasons":[
           {"reason":"uncertain","label":"refund","strength":0.820000},{"reason":"audit","strength":1.000000}],
           "propensity":0.010000},
         "labels":{"refund":{"p":0.410000,"decision":"no","confidence":"uncertain","version":3}}}
        """;

    [Fact]
    public void A_record_of_the_review_topic_is_read()
    {
        var item = ReviewItemJson.Read(Encoding.UTF8.GetBytes(Item));
        Assert.Equal(new SourcePosition("messages", 3, 41), item.Source);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1763700000000), item.At);
        Assert.Equal(("where is my refund?", true), (item.Text, item.IsCut));
        Assert.Equal((0.82, 0.01, 0.412), (item.Risk, item.Propensity, item.AnomalyP));
        Assert.Equal(
            [new ItemReason("uncertain", "refund", 0.82), new ItemReason("audit", null, 1)], item.Reasons);
        Assert.Equal([new ItemLabel("refund", 0.41, "no", "uncertain", 3)], item.Labels);
    }

    [Theory]
    [InlineData("{", "is not JSON (line 1, byte 2)")]
    [InlineData("7", "is 7, expected a JSON object")]
    [InlineData("{}", "has \"source\" that is missing or null, expected a JSON object")]
    public void What_is_no_review_item_is_told_by_its_field(string json, string message) => Assert.Equal(
        message, Assert.Throws<ReviewItemException>(() => ReviewItemJson.Read(Encoding.UTF8.GetBytes(json))).Message);

    [Theory]
    [InlineData("\"risk\":0.820000", "\"risk\":2", "has \"review.risk\" that is 2, expected a number from 0 to 1")]
    [InlineData("\"offset\":41", "\"offset\":\"x\"", "has \"source.offset\" that is \"x\", expected a whole number")]
    [InlineData("\"version\":3", "\"version\":0",
        "has \"labels.refund.version\" that is 0, expected a whole number of 1 or more")]
    public void A_field_that_is_wrong_is_named(string right, string wrong, string message) => Assert.Equal(
        message, Assert.Throws<ReviewItemException>(() => ReviewItemJson.Read(
            Encoding.UTF8.GetBytes(Item.Replace(right, wrong, StringComparison.Ordinal)))).Message);
}
