using System.Text;
using Microsoft.Extensions.Logging;
using Worker.Core.Decisions;
using Worker.Core.Messages;
using Worker.Kafka.Configuration;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Pipeline;

/// <summary>
/// Turns a scored window into the records it leads to, in source order: per message one result, or one dead letter, and
/// for the least certain a review item. One caller at a time.
/// </summary>
internal sealed class WindowRecords
{
    private readonly KafkaTopics topics;
    private readonly int maxBytes;
    private readonly TextDecoder decoder;
    private readonly ReviewSelector reviews;
    private readonly TimeProvider clock;
    private readonly string version;
    private readonly ILogger log;
    private readonly ResultJson json = new();
    private readonly List<OutgoingRecord> outgoing = [];
    private readonly List<int> sources = [];

    public WindowRecords(KafkaOptions kafka, InputOptions input, ReviewOptions review, TimeProvider clock, string version, ILogger log)
    {
        topics = kafka.Topics;
        maxBytes = kafka.MessageMaxBytes;
        decoder = new TextDecoder(input);
        reviews = new ReviewSelector(review);
        this.clock = clock;
        this.version = version;
        this.log = log;
    }

    /// <summary>The records of a window; the list is good until the next call.</summary>
    public WindowOutput Build(ScoredWindow scored)
    {
        outgoing.Clear();
        sources.Clear();
        var deadLetters = 0;
        var reviewed = 0;
        for (var i = 0; i < scored.Window.Source.Records.Length; i++)
        {
            if (scored.Window.Failures[i] is not { } failure)
            {
                AddResult(scored, i, ref reviewed);
                continue;
            }
            Add(i, DeadLetter(scored.Window.Source.Records[i], failure));
            deadLetters++;
        }
        return new WindowOutput(outgoing, sources, deadLetters, reviewed);
    }

    private void AddResult(ScoredWindow scored, int record, ref int reviewed)
    {
        var source = scored.Window.Source.Records[record];
        var probabilities = scored.Row(record);
        var reason = reviews.Select(scored.Heads, probabilities);
        var result = new MessageResult(
            new SourcePosition(source.Topic, source.Partition, source.Offset), source.TimestampMs,
            scored.Window.Tokens.Length(record), scored.Window.Truncated[record], reason);
        Add(record, new OutgoingRecord(topics.Results, source.Key, json.WriteResult(result, scored.Heads, probabilities), source.Headers));
        if (reason is not null)
            AddReviewItem(scored, record, result, ref reviewed);
    }

    private void AddReviewItem(ScoredWindow scored, int record, in MessageResult result, ref int reviewed)
    {
        var source = scored.Window.Source.Records[record];
        decoder.Decode(source.Value, out var text);
        var item = new OutgoingRecord(topics.Review, source.Key, json.WriteReviewItem(result, scored.Heads, scored.Row(record), text), source.Headers);
        if (WindowPublisher.SizeOf(item) > maxBytes)
            item = item with { Value = json.WriteReviewItem(result, scored.Heads, scored.Row(record), Shortened(text)) };
        // Where not even its start can be carried, the result alone says that the message wants a person.
        if (WindowPublisher.SizeOf(item) > maxBytes)
            return;
        Add(record, item);
        reviewed++;
    }

    private void Add(int record, OutgoingRecord output)
    {
        outgoing.Add(output with { Source = record });
        sources.Add(record);
    }

    private OutgoingRecord DeadLetter(SourceRecord source, Failure failure)
    {
        var position = new SourcePosition(source.Topic, source.Partition, source.Offset);
        RecordHeader[] headers =
        [
            .. source.Headers,
            .. DeadLetterHeaders.For(position, source.TimestampMs, failure, version, clock.GetUtcNow()).Select(h => new RecordHeader(h.Key, h.Value)),
        ];
        var letter = new OutgoingRecord(topics.DeadLetters, source.Key, source.Value, headers);
        if (WindowPublisher.SizeOf(letter) <= maxBytes)
            return letter;
        // The original just fitted and the reasons do not fit beside it: they go without it, and say where it is.
        log.LogError("Dead letter of {Source} goes without its value ({Bytes} bytes): with the failure's headers it is larger than the broker takes", position, source.Value?.Length);
        return letter with
        {
            Value = null,
            Headers = [.. headers, new RecordHeader(DeadLetterHeaders.ValueOmitted, Encoding.UTF8.GetBytes($"{source.Value?.Length} bytes at {position}"))],
        };
    }

    /// <summary>The first 4,096 bytes, cut between characters.</summary>
    private static ReadOnlySpan<byte> Shortened(ReadOnlySpan<byte> text)
    {
        var length = Math.Min(text.Length, 4096);
        while (length > 0 && length < text.Length && (text[length] & 0xC0) == 0x80)
            length--;
        return text[..length];
    }
}

/// <summary>What a window leads to.</summary>
/// <param name="Records">In source order; good until the next window is built.</param>
/// <param name="Sources">Per record: the index in the window of the message it comes from.</param>
/// <param name="DeadLetters">How many of them are dead letters.</param>
/// <param name="Reviews">How many are review items.</param>
internal readonly record struct WindowOutput(IReadOnlyList<OutgoingRecord> Records, IReadOnlyList<int> Sources, int DeadLetters, int Reviews);
