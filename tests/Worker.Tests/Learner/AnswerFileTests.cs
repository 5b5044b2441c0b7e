using Worker.Core.Answers;
using Worker.Learner;
using Worker.Learning.Examples;
using Worker.Learning.Reading;

namespace Worker.Tests.Learner;

public class AnswerFileTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Labelled_texts_become_events_that_are_the_same_each_time()
    {
        var lines = new[]
        {
            """{"id": 1, "text": "where is my refund", "labels": ["refund"]}""",
            """{"id": 2, "text": "lovely weather today", "labels": []}""",
        };
        var read = Read(lines);
        Assert.Equal(["where is my refund", "lovely weather today"], read.Select(one => one.Text));
        Assert.Equal([1, 0], read.Select(one => one.Answers.Single().Value!.Value));
        Assert.All(read, one => Assert.Equal(("anna", Now), (one.By, one.At)));
        Assert.Equal(read.Select(one => one.Id), Read(lines).Select(one => one.Id));
    }

    [Fact]
    public void Events_come_back_as_they_were_exported()
    {
        LabelEvent[] events =
        [
            new() { Id = "1", At = Now, Text = "a text", Answers = [new LabelAnswer("refund", 0.25)], By = "ben" },
            new() { Id = "2", At = Now, Withdraws = "1" },
        ];
        var read = Read([.. events.Select(one => System.Text.Encoding.UTF8.GetString(LabelEventJson.Write(one)))]);
        Assert.Equal(["1", "2"], read.Select(one => one.Id));
        Assert.Equal(("ben", "1"), (read[0].By, read[1].Withdraws));
    }

    [Fact]
    public void A_line_that_is_no_event_is_named()
    {
        var good = """{"id": "1", "at": "2026-11-29T10:00:00Z", "text": "a", "labels": {"x": "yes"}}""";
        var refused = Assert.Throws<ExampleFormatException>(() =>
            Read(good, good.Replace("yes", "maybe", StringComparison.Ordinal)));
        Assert.Contains("line 2: answers label 'x' with \"maybe\"", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ExampleFormatException>(() => Read(
            """{"at": "2026-11-29T10:00:00Z", "message": {"topic": "m", "partition": 0, "offset": 1}, "labels": {"x": 1}}"""));
        Assert.Contains("names a message alone", refused.Message, StringComparison.Ordinal);
    }

    private static List<LabelEvent> Read(params string[] lines)
    {
        using var folder = Repository.Temporary();
        File.WriteAllLines(folder.File("answers.jsonl"), lines);
        return [.. AnswerFile.Read(folder.File("answers.jsonl"), "anna", new ReadingOptions(), Now)];
    }
}
