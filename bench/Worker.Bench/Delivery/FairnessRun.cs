using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Worker.Hosting;
using Worker.Kafka.Configuration;

namespace Worker.Bench.Delivery;

/// <summary>
/// A backlog that one slow worker processes, and how far the partitions' delays differ meanwhile. The delay of a
/// partition is the age of the message of its newest result.
/// </summary>
internal sealed class FairnessRun(
    int partitions, int messages, DateTimeOffset first, TimeSpan spacing, TimeProvider clock)
{
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(20);
    private readonly long[] newest = [.. Enumerable.Repeat(first.ToUnixTimeMilliseconds(), partitions)];
    private readonly int[] left = new int[partitions];
    private readonly TimeSpan?[] firstResult = new TimeSpan?[partitions];
    private readonly TimeSpan[] lastResult = new TimeSpan[partitions];
    private TimeSpan widest;
    private TimeSpan longestSilence;

    /// <summary>When the message with this number was made.</summary>
    public Timestamp TimeOf(int number) =>
        new((first + number * spacing).ToUnixTimeMilliseconds(), TimestampType.CreateTime);

    /// <summary>Runs until every message has a result that a read_committed reader sees; prints the delays.</summary>
    public async Task Run(Classifier worker, KafkaOptions options, CancellationToken stop)
    {
        using var consumer = Reader(options);
        var (source, results, patience) = (options.Topics.Messages, options.Topics.Results, TimeSpan.FromSeconds(10));
        for (var p = 0; p < partitions; p++)
            left[p] = (int)consumer.QueryWatermarkOffsets(new TopicPartition(source, p), patience).High.Value;
        consumer.Assign(Enumerable.Range(0, partitions)
            .Select(p => new TopicPartitionOffset(results, p, Offset.Beginning)));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = worker.Run(ended.Token);
        var (from, line) = (0L, LinePeriod);
        for (var seen = 0; seen < messages;)
        {
            var result = consumer.Consume(TimeSpan.FromMilliseconds(100));
            if (running.IsCompleted)
                await running;
            stop.ThrowIfCancellationRequested();
            if (from == 0 && result is null)
                continue;
            if (from == 0)
                from = Stopwatch.GetTimestamp();
            var now = Stopwatch.GetElapsedTime(from);
            if (result is not null)
            {
                Note(result.Message.Value, now);
                seen++;
            }
            for (var partition = 0; partition < partitions; partition++)
                if (left[partition] > 0 && now - lastResult[partition] > longestSilence)
                    longestSilence = now - lastResult[partition];
            if (now >= line)
            {
                Console.WriteLine($"after {line.TotalSeconds,3:F0} s, delays in s: {Delays()}");
                line += LinePeriod;
            }
        }
        var rate = messages / Stopwatch.GetElapsedTime(from).TotalSeconds;
        Console.WriteLine($"{messages:N0} messages of {partitions} partitions at {rate:F1}/s");
        Console.WriteLine($"delays differed by at most {widest.TotalSeconds:F1} s");
        Console.WriteLine(
            $"longest time without a result of a partition that has some to come: {longestSilence.TotalSeconds:F1} s");
        Console.WriteLine(
            $"first results after, s: {string.Join(' ', firstResult.Select(time => $"{time?.TotalSeconds:F1}"))}");
        await ended.CancelAsync();
        await running;
    }

    private static IConsumer<byte[], byte[]> Reader(KafkaOptions options) =>
        new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.GroupId + "-reader",
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnableAutoCommit = false,
        }).Build();

    private void Note(byte[] json, TimeSpan now)
    {
        using var result = JsonDocument.Parse(json);
        var source = result.RootElement.GetProperty("source");
        var partition = source.GetProperty("partition").GetInt32();
        newest[partition] = source.GetProperty("timestamp").GetInt64();
        left[partition]--;
        firstResult[partition] ??= now;
        lastResult[partition] = now;
        var difference = TimeSpan.FromMilliseconds(newest.Max() - newest.Min());
        if (difference > widest)
            widest = difference;
    }

    private string Delays() =>
        string.Join(' ', newest.Select(time => $"{(clock.GetUtcNow().ToUnixTimeMilliseconds() - time) / 1000.0,6:F1}"));
}
