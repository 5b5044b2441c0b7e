using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Decisions;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Core.Results;
using Worker.Core.Windows;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Topics;
using Worker.Pipeline;

namespace Worker.Tests.Pipeline;

/// <summary>
/// Review items that do not fit a record or that Kafka refuses: then the result does not say that people are asked.
/// </summary>
public class ReviewItemTests(TinyModel model)
{
    /// <summary>Every record may have this many bytes, by its upper bound.</summary>
    private const int MaximumBytes = 16_384;

    [Fact]
    public async Task An_item_that_cannot_be_sent_is_neither_said_nor_paid_for()
    {
        // The key of the first leaves no room for even the start of the text; the others are near-duplicates of it.
        var records = await Records(new ReviewOptions { Budget = 1, Burst = 1, Audit = 0 });
        using var window = Window(("the same text", 13_000, 6_000), ("the same text", 0, 10), ("the same text", 0, 10));
        var output = records.Build(window);
        var results = Results(output);
        Assert.Equal(["deferred", "asked", "shared"], results.Select(State));
        Assert.Equal(1, results[2].GetProperty("review").GetProperty("question").GetProperty("offset").GetInt64());
        Assert.Equal(1, output.Reviews);
        Assert.Equal([1], output.Records.Where(r => r.Topic == "review").Select(r => r.Source));
        Assert.Equal(1, output.Counts.States[(int)ReviewState.Asked]);
        Assert.Equal(0, output.DeadLetters);
        Assert.All(
            output.Records.Where(r => r.Topic == "results"), r => Assert.Empty(Contract.Result.Problems(r.Value!)));
    }

    [Fact]
    public async Task An_item_that_kafka_refuses_is_taken_back_and_the_result_is_published_all_the_same()
    {
        var records = await Records(new ReviewOptions { Budget = 1, Burst = 1, Audit = 0 });
        using (var window = Window(("the same text", 0, 10), ("the same text", 0, 10)))
        {
            var output = records.Build(window);
            Assert.Equal(["asked", "shared"], Results(output).Select(State));
            var index = output.Records.Select((record, i) => (record, i)).Single(r => r.record.Topic == "review").i;
            Assert.False(records.TryWithdrawReview(output, index - 1));
            Assert.True(records.TryWithdrawReview(output, index));
            output = records.Build(window);
            Assert.Equal(["deferred", "deferred"], Results(output).Select(State));
            Assert.Equal((0, 0), (output.Reviews, output.DeadLetters));
            Assert.Equal(
                [0, 2], new[]
                {
                    ReviewState.Asked, ReviewState.Deferred,
                }.Select(state => (int)output.Counts.States[(int)state]));
        }
        // The budget's one question is there for the next.
        using var next = Window(("another", 0, 10));
        Assert.Equal("asked", State(Results(records.Build(next)).Single()));
    }

    [Fact]
    public async Task A_text_of_which_only_the_start_fits_is_marked()
    {
        var records = await Records(new ReviewOptions { Budget = 1, Burst = 1, Audit = 0 });
        using var window = Window(("a long text", 0, 20_000));
        var item = records.Build(window).Records.Single(r => r.Topic == "review").Value!;
        using var json = JsonDocument.Parse(item);
        Assert.True(json.RootElement.GetProperty("text_truncated").GetBoolean());
        Assert.Equal(4096, json.RootElement.GetProperty("text").GetString()!.Length);
        Assert.Empty(Contract.Review.Problems(item));
    }

    private static async Task<WindowRecords> Records(ReviewOptions review)
    {
        var kafka = new KafkaOptions
        {
            BootstrapServers = "nobody:1",
            MessageMaxBytes = MaximumBytes,
            AskTopicLimits = false,
        };
        (kafka.Topics.Results, kafka.Topics.Review) = ("results", "review");
        var limits = await TopicLimits.Read(kafka, [], NullLoggerFactory.Instance, TimeProvider.System);
        return new WindowRecords(
            kafka, limits, new DecisionOptions(), review, new ResultOptions(), TimeProvider.System, "1",
            NullLogger.Instance);
    }

    /// <summary>Messages of as many bytes as are named, with a key, all of them uncertain.</summary>
    private ScoredWindow Window(params (string Text, int Key, int Bytes)[] messages)
    {
        var heads = HeadSet.Empty(model.Hash, new FeatureLayout(["mean"], 48)).With([model.Head("a")]);
        var tokens = new TokenWindow(messages.Length);
        var source = messages.Select((message, i) => new SourceRecord
        {
            Topic = "messages",
            Partition = 0,
            Offset = i + (message.Text == "another" ? 100 : 0),
            Key = new byte[message.Key],
            Value = Encoding.UTF8.GetBytes(message.Text.PadRight(message.Bytes, 'x')),
            Headers = [],
            TimestampMs = 1,
        }).ToArray();
        foreach (var (text, _, _) in messages)
        {
            int[] ids = [101, .. text.Select(letter => (int)letter), 102];
            ids.CopyTo(tokens.Room(ids.Length));
            tokens.Add(ids.Length);
        }
        var texts = new TextWindow(messages.Length);
        foreach (var record in source)
            texts.Add(record.Value, record.Value);
        var window = new SourceWindow(source, [], 0, 0, new WindowLedger(TimeProvider.System));
        // Rented, because the window returns it.
        var probabilities = ArrayPool<float>.Shared.Rent(messages.Length);
        probabilities.AsSpan().Fill(0.5f);
        return new ScoredWindow(
            new TokenizedWindow(window, texts, tokens, new Failure?[messages.Length], new bool[messages.Length]), heads,
            new TextScores(probabilities, null, null, null));
    }

    private static List<JsonElement> Results(in WindowOutput output) =>
        [.. output.Records.Where(r => r.Topic == "results").Select(r => JsonDocument.Parse(r.Value!).RootElement)];

    private static string State(JsonElement result) => result.GetProperty("review").GetProperty("state").GetString()!;
}
