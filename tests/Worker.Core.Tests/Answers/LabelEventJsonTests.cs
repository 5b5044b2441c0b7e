using System.Text;
using Worker.Core.Answers;
using Worker.Core.Messages;

namespace Worker.Core.Tests.Answers;

public class LabelEventJsonTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_least_that_an_event_needs_is_a_text_and_an_answer()
    {
        var one = Read("""{"text": "where is my refund?", "labels": {"refund": "yes"}}""");
        Assert.Equal(("default", Now, "where is my refund?"), (one.Id, one.At, one.Text));
        Assert.Equal([new LabelAnswer("refund", 1)], one.Answers);
        Assert.Null(one.IsBlind);
    }

    [Theory]
    [InlineData("\"yes\"", 1.0)]
    [InlineData("\"No\"", 0.0)]
    [InlineData("\"unknown\"", null)]
    [InlineData("null", null)]
    [InlineData("true", 1.0)]
    [InlineData("false", 0.0)]
    [InlineData("1", 1.0)]
    [InlineData("0", 0.0)]
    [InlineData("0.25", 0.25)]
    public void Answers_have_several_forms(string json, double? value) =>
        Assert.Equal(value, Read($$$"""{"text": "a", "labels": {"refund": {{{json}}}}}""").Answers[0].Value);

    [Fact]
    public void Everything_that_is_written_is_read_again()
    {
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var one = Random(random);
            var read = LabelEventJson.Read(LabelEventJson.Write(one), "other", Now);
            Assert.Empty(Contract.Label.Problems(LabelEventJson.Write(one)));
            Assert.Equal(one.Answers, read.Answers);
            Assert.Equal(one with { Answers = read.Answers }, read);
        }
    }

    [Theory]
    [InlineData("[]", "is a list, not an object")]
    [InlineData("hello", "is not JSON (line 1, byte 1)")]
    [InlineData("""{"text": "a", "text": "b", "labels": {"x": 1}}""", "names a field twice")]
    [InlineData("""{"text": "a"}""", "answers no label")]
    [InlineData("""{"text": "a", "labels": {}}""", "answers no label")]
    [InlineData("""{"text": "a", "labels": ["x"]}""", "has \"labels\" that is a list, not an object")]
    [InlineData("""{"labels": {"x": 1}}""", "has neither \"text\" nor \"message\"")]
    [InlineData("""{"text": " ", "labels": {"x": 1}}""", "has an empty \"text\"")]
    [InlineData("""{"text": 7, "labels": {"x": 1}}""", "has \"text\" that is 7: write a string")]
    [InlineData("""{"text": "a", "labels": {"x": 2}}""", "answers label 'x' with 2: write \"yes\"")]
    [InlineData("""{"text": "a", "labels": {"x": "maybe"}}""", "answers label 'x' with \"maybe\"")]
    [InlineData("""{"text": "a", "labels": {"": 1}}""", "names a label that is empty")]
    [InlineData("""{"text": "a", "labels": {"x": 1}, "at": "noon"}""", "has \"at\" 'noon', which is no time")]
    [InlineData("""{"text": "a", "labels": {"x": 1}, "propensity": 0}""", "must be a number above 0 to 1")]
    [InlineData("""{"text": "a", "labels": {"x": 1}, "milliseconds": -5}""", "must be a number from 0 to")]
    [InlineData("""{"text": "a", "labels": {"x": 1}, "mode": "fast"}""", "write single, bulk or audit")]
    [InlineData("""{"text": "a", "labels": {"x": 1}, "id": "a\u0000b"}""", "has control characters in \"id\"")]
    [InlineData("""{"text": "a\ud800", "labels": {"x": 1}}""", "write the character whole")]
    [InlineData("""{"text": "a", "labels": {"\ud800": 1}}""", "write the character whole")]
    [InlineData("""{"message": {"topic": "m"}, "labels": {"x": 1}}""", "without all of topic, partition and offset")]
    [InlineData("""{"text": "a", "labels": {"x": 1}, "withdraws": "1"}""", "send two events")]
    [InlineData("""{"text": "a", "labels": {"x": 1}, "shown": 5}""", "has \"shown\" that is 5, not an object")]
    public void What_is_no_event_is_refused_with_what_to_write(string json, string message)
    {
        var refused = Assert.Throws<LabelEventException>(() => Read(json));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_of_any_kind_are_an_event_or_refused()
    {
        var random = new Random(2);
        var valid = LabelEventJson.Write(Random(random));
        for (var i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. valid];
            for (var k = random.Next(1, 4); k > 0; k--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                LabelEventJson.Read(bytes[..random.Next(bytes.Length + 1)], "id", Now);
            }
            catch (LabelEventException)
            {
                // Refused, as it may be.
            }
        }
    }

    private static LabelEvent Read(string json) => LabelEventJson.Read(Encoding.UTF8.GetBytes(json), "default", Now);

    private static LabelEvent Random(Random random)
    {
        bool Coin() => random.Next(2) == 0;
        if (random.Next(5) == 0)
            return new LabelEvent { Id = "w", At = Now, Withdraws = "an \"earlier\" one" };
        var isBlind = random.Next(3) switch { 0 => true, 1 => false, _ => (bool?)null };
        return new LabelEvent
        {
            Id = $"id {random.Next()}",
            At = Now.AddTicks(random.NextInt64(1_000_000_000)),
            Text = Coin() ? "naïve 日本語 🙂 \"quoted\" \0 \u0007" : null,
            Message = new SourcePosition("messages", random.Next(9), random.NextInt64()),
            By = Coin() ? "anna" : "",
            Source = Coin() ? "page" : "",
            Mode = (AnswerMode)random.Next(3),
            Propensity = Coin() ? 0.01 : null,
            IsBlind = isBlind,
            Milliseconds = Coin() ? random.Next() : null,
            Answers = [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new LabelAnswer(
                $"label {i}", random.Next(4) switch { 0 => null, 1 => 0, 2 => 1, _ => 0.1 + random.NextDouble() / 2 },
                isBlind == false && Coin() ? random.NextDouble() : null,
                isBlind == false && Coin() ? random.Next(1, 99) : null))],
        };
    }
}
