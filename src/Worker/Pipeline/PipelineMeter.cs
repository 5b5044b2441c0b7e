using System.Diagnostics.Metrics;
using Worker.Core.Heads;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Pipeline;

/// <summary>
/// What the pipeline has done, as .NET metrics (meter "worker") and as totals to read. Each field has one writer: the
/// stage that it counts for; readers may be anywhere.
/// </summary>
internal sealed class PipelineMeter : IDisposable
{
    private readonly Meter meter = new("worker");
    private readonly Counter<long> messages;
    private readonly Counter<long> tokens;
    private readonly Counter<long> deadLetters;
    private readonly Counter<long> reviews;
    private readonly Counter<long> deferred;
    private readonly Histogram<int> windowMessages;
    private readonly Histogram<double> classifySeconds;
    private long totalRead;
    private long totalMessages;
    private long totalTokens;
    private long totalDeadLetters;
    private long totalReviews;
    private long totalWindows;
    private long classifyTicks;
    private volatile HeadSet? lastUsed;

    public PipelineMeter()
    {
        messages = meter.CreateCounter<long>("worker.messages", "{message}", "Messages whose results and offsets are in Kafka");
        tokens = meter.CreateCounter<long>("worker.tokens", "{token}", "Tokens of those messages");
        deadLetters = meter.CreateCounter<long>("worker.dead_letters", "{message}", "Messages sent to dead-letters");
        reviews = meter.CreateCounter<long>("worker.reviews", "{message}", "Messages sent to review");
        deferred = meter.CreateCounter<long>("worker.reviews.deferred", "{message}", "Messages that wanted review when others were riskier and the budget short");
        windowMessages = meter.CreateHistogram<int>("worker.window.messages", "{message}", "Messages of a window");
        classifySeconds = meter.CreateHistogram<double>("worker.window.classify", "s", "Time the device took for a window");
    }

    /// <summary>What has happened since the start.</summary>
    public PipelineTotals Totals => new(
        Volatile.Read(ref totalRead), Volatile.Read(ref totalMessages), Volatile.Read(ref totalTokens),
        Volatile.Read(ref totalDeadLetters), Volatile.Read(ref totalReviews), Volatile.Read(ref totalWindows),
        TimeSpan.FromTicks(Volatile.Read(ref classifyTicks)));

    /// <summary>The heads of the last window that was published; null before the first.</summary>
    public HeadSet? LastUsed => lastUsed;

    public void Read(SourceWindow window)
    {
        windowMessages.Record(window.Records.Length);
        Volatile.Write(ref totalRead, totalRead + window.Records.Length);
    }

    public void Classified(TimeSpan took)
    {
        classifySeconds.Record(took.TotalSeconds);
        Volatile.Write(ref classifyTicks, classifyTicks + took.Ticks);
    }

    public void Published(ScoredWindow window, WindowOutput output, PublishOutcome outcome)
    {
        if (outcome == PublishOutcome.Abandoned)
            return;
        var count = window.Window.Source.Records.Length;
        messages.Add(count);
        tokens.Add(window.Window.Tokens.Tokens);
        deadLetters.Add(output.DeadLetters);
        reviews.Add(output.Reviews);
        deferred.Add(output.Deferred);
        Volatile.Write(ref totalMessages, totalMessages + count);
        Volatile.Write(ref totalTokens, totalTokens + window.Window.Tokens.Tokens);
        Volatile.Write(ref totalDeadLetters, totalDeadLetters + output.DeadLetters);
        Volatile.Write(ref totalReviews, totalReviews + output.Reviews);
        Volatile.Write(ref totalWindows, totalWindows + 1);
        lastUsed = window.Heads;
    }

    public void Dispose() => meter.Dispose();
}

/// <summary>Totals since the start.</summary>
/// <param name="Read">Messages read.</param>
/// <param name="Messages">Messages published.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="DeadLetters">Of them, dead letters.</param>
/// <param name="Reviews">Of them, sent to review.</param>
/// <param name="Windows">Windows published.</param>
/// <param name="Classifying">Time the device was busy.</param>
internal sealed record PipelineTotals(
    long Read, long Messages, long Tokens, long DeadLetters, long Reviews, long Windows, TimeSpan Classifying);
