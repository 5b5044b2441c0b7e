using Microsoft.Extensions.Logging;
using Worker.Core.Decisions;
using Worker.Core.Messages;
using Worker.Core.Results;
using Worker.Kafka.Configuration;
using Worker.Kafka.Publishing;
using Worker.Kafka.Topics;

namespace Worker.Pipeline;

/// <summary>
/// Turns a scored window into its output records, in source order. A message leads to one result, or to one dead
/// letter, or to nothing if the options say so. A message that people are asked about also has a review item. One
/// caller at a time.
/// </summary>
internal sealed class WindowRecords
{
    /// <summary>Bytes of a text that a review item carries if the whole text does not fit.</summary>
    private const int StartBytes = 4096;

    private readonly KafkaTopics topics;
    private readonly TopicLimits limits;
    private readonly WindowReview reviews;
    private readonly DeadLetters deadLetters;
    private readonly ResultJson json;
    private readonly EchoedFields echoed;
    private readonly List<OutgoingRecord> outgoing = [];
    private readonly List<int> sources = [];

    public WindowRecords(
        KafkaOptions kafka, TopicLimits limits, DecisionOptions decisions, ReviewOptions review, ResultOptions results,
        TimeProvider clock, string version, ILogger log)
    {
        topics = kafka.Topics;
        this.limits = limits;
        reviews = new WindowReview(decisions, review, clock);
        json = new ResultJson(results);
        echoed = new EchoedFields(results.Echo);
        deadLetters = new DeadLetters(
            kafka, kafka.GroupId, limits.Of(topics.DeadLetters), clock, version, log);
    }

    /// <summary>The records of a window; the list is good until the next call.</summary>
    public WindowOutput Build(ScoredWindow scored)
    {
        outgoing.Clear();
        sources.Clear();
        var letters = 0;
        var reviewed = 0;
        reviews.Begin(scored, record => Fits(scored, record));
        for (var i = 0; i < scored.Window.Source.Records.Length; i++)
        {
            scored.Window.Failures[i] ??= TryAddResult(scored, i, ref reviewed);
            if (scored.Window.Failures[i] is not { IsSkipped: false } failure)
                continue;
            Add(i, deadLetters.Build(scored.Window.Source.Records[i], failure));
            letters++;
        }
        return new WindowOutput(outgoing, sources, letters, reviewed, reviews.Counts);
    }

    /// <summary>
    /// Takes back a review item that Kafka refused, before anything of the window was published. The next
    /// <see cref="Build"/> leaves it out, and the message's result says that nobody was asked.
    /// </summary>
    /// <returns>False if the record is not a review item.</returns>
    public bool TryWithdrawReview(in WindowOutput output, int index)
    {
        if (!string.Equals(output.Records[index].Topic, topics.Review, StringComparison.Ordinal)
            || reviews.Verdict(output.Sources[index]).State != ReviewState.Asked)
            return false;
        reviews.Withdraw(output.Sources[index]);
        return true;
    }

    /// <summary>Whether both result and review item of a message that is asked about can be written.</summary>
    private bool Fits(ScoredWindow scored, int record)
    {
        var reviewed = 0;
        var failure = TryAddResult(scored, record, ref reviewed);
        outgoing.Clear();
        sources.Clear();
        return failure is null && reviewed == 1;
    }

    /// <summary>
    /// Adds all records of a message; or none, and then returns why. Other messages are not affected.
    /// </summary>
    private Failure? TryAddResult(ScoredWindow scored, int record, ref int reviewed)
    {
        var (before, reviewedBefore) = (outgoing.Count, reviewed);
        Failure? failure = null;
        try
        {
            AddResult(scored, record, ref reviewed);
            for (var i = before; i < outgoing.Count && failure is null; i++)
                if (WindowPublisher.SizeOf(outgoing[i]) is var size && size > limits.Of(outgoing[i].Topic))
                    failure = new Failure(FailureKind.ResultTooLarge,
                        $"its record for topic '{outgoing[i].Topic}' would take up to {size:N0} bytes with key and " +
                        $"headers, more than the {limits.Of(outgoing[i].Topic):N0} allowed: send smaller headers or " +
                        "keys, or raise the topic's max.message.bytes and Kafka:MessageMaxBytes");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            failure = Failure.Unforeseen(FailureKind.ResultFailed, error);
        }
        if (failure is null)
            return null;
        outgoing.RemoveRange(before, outgoing.Count - before);
        sources.RemoveRange(before, sources.Count - before);
        reviewed = reviewedBefore;
        return failure;
    }

    private void AddResult(ScoredWindow scored, int record, ref int reviewed)
    {
        var source = scored.Window.Source.Records[record];
        var verdict = reviews.Verdict(record);
        var result = new MessageResult(
            new SourcePosition(source.Topic, source.Partition, source.Offset), source.TimestampMs,
            scored.Window.Tokens.Length(record), scored.Window.Truncated[record], scored.AnomalyP(record),
            reviews.Outcome(record), verdict)
        {
            Chunks = scored.Window.Chunks(record),
        };
        var echo = echoed.Read(source.Value);
        var value = json.WriteResult(result, scored.HeadsOf(record), scored.Row(record), reviews.Labels(record), echo);
        Add(record, new OutgoingRecord(topics.Results, source.Key, value, source.Headers));
        if (verdict.State == ReviewState.Asked)
            AddReviewItem(scored, record, result, echo, ref reviewed);
    }

    private void AddReviewItem(
        ScoredWindow scored, int record, in MessageResult result, ReadOnlySpan<byte> echo, ref int reviewed)
    {
        var source = scored.Window.Source.Records[record];
        var text = scored.Window.Text(record);
        var heads = scored.HeadsOf(record);
        var value = json.WriteReviewItem(result, heads, scored.Row(record), reviews.Labels(record), text, echo);
        var item = new OutgoingRecord(topics.Review, source.Key, value, source.Headers);
        if (WindowPublisher.SizeOf(item) > limits.Of(topics.Review) && text.Length > StartBytes)
            item = item with
            {
                Value = json.WriteReviewItem(result, heads, scored.Row(record), reviews.Labels(record),
                    Utf8Text.Start(text, StartBytes), echo, isCut: true),
            };
        // Nobody is asked if not even the start of the text fits (see WindowReview).
        if (WindowPublisher.SizeOf(item) > limits.Of(topics.Review))
            return;
        Add(record, item);
        reviewed++;
    }

    private void Add(int record, OutgoingRecord output)
    {
        outgoing.Add(output with { Source = record });
        sources.Add(record);
    }
}

/// <summary>The output of a window.</summary>
/// <param name="Records">In source order; good until the next window is built.</param>
/// <param name="Sources">Per record: the index in the window of the message it comes from.</param>
/// <param name="DeadLetters">How many of them are dead letters.</param>
/// <param name="Reviews">How many are review items.</param>
/// <param name="Counts">Counts of decisions and review states of its messages; good until the next window is
/// built.</param>
internal readonly record struct WindowOutput(
    IReadOnlyList<OutgoingRecord> Records, IReadOnlyList<int> Sources, int DeadLetters, int Reviews,
    WindowCounts Counts);
