using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Tests.Reading;

/// <summary>
/// With a backlog on all partitions and a slow stage, all partitions make progress. The client alone hands out one
/// partition's whole fetch before the next one's. On a real broker.
/// </summary>
public sealed class FairReadingTests(KafkaBroker broker)
{
    private const int Partitions = 6;
    private const int Quiet = Partitions - 1;
    private const long SpacingMs = 10;

    /// <param name="maxBytes"> Limit of a window; the second time it is so small that partitions must be paused so that
    /// others come.
    /// </param>
    [Theory]
    [InlineData(8 << 20, 1_000, 500)]
    [InlineData(16 << 10, 200, 100)]
    public async Task The_delays_of_all_partitions_stay_within_5_seconds(
        int maxBytes, int perPartition, int messagesPerSecond)
    {
        var stage = await Stage.On(broker.BootstrapServers, Partitions);
        var count = Partitions * perPartition;
        var from = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - count * SpacingMs;
        FeedByTime(stage, from, count, Partitions);
        var newest = Enumerable.Repeat(from, Partitions).ToArray();
        var next = new long[Partitions];
        long widest = 0;
        var options = stage.Options();
        using (var worker = new EchoWorker(options, Slow, maxMessages: messagesPerSecond / 10, maxBytes: maxBytes))
        {
            await Eventually.True(() => worker.Published == count, "all published", seconds: 60);
            await worker.StopAsync();
            Assert.Equal(0, worker.Rewinds);
        }
        // If drained one after the other, the last partition would be 60 s, or 12 s, behind the first.
        Assert.InRange(widest, 0, 5_000);
        Stage.AssertEachOnce(count, stage.Results(count, Partitions));

        Task Slow(SourceWindow window)
        {
            foreach (var record in window.Records)
            {
                Assert.Equal(next[record.Partition]++, record.Offset);
                newest[record.Partition] = record.TimestampMs;
                widest = Math.Max(widest, newest.Max() - newest.Min());
            }
            return Task.Delay(window.Records.Length * 1_000 / messagesPerSecond);
        }
    }

    [Theory]
    [InlineData(8 << 20)]
    [InlineData(16 << 10)]
    public async Task A_message_of_a_quiet_partition_does_not_wait_for_the_backlog_of_the_others(int maxBytes)
    {
        var stage = await Stage.On(broker.BootstrapServers, Partitions);
        FeedByTime(stage, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 600_000, 5_000, Quiet);
        var seen = new ConcurrentQueue<SourceRecord>();
        using var worker = new EchoWorker(stage.Options(), Slow, maxMessages: 20, maxBytes: maxBytes);
        await Eventually.True(() => worker.Published > 500, "in the middle of the backlog");
        var patience = Stopwatch.StartNew();
        using (var producer = stage.RawProducer())
        {
            var quiet = new TopicPartition(stage.Options().Topics.Messages, Quiet);
            producer.Produce(quiet, new() { Value = Stage.Text("0") });
            producer.Flush(TestContext.Current.CancellationToken);
        }
        await Eventually.True(() => seen.Any(record => record.Partition == Quiet), "the quiet partition's message");
        // The backlog takes 50 s.
        Assert.InRange(patience.Elapsed.TotalSeconds, 0, 5);

        Task Slow(SourceWindow window)
        {
            foreach (var record in window.Records)
                seen.Enqueue(record);
            return Task.Delay(window.Records.Length * 10);
        }
    }

    [Fact]
    public async Task The_delays_stay_within_5_seconds_while_a_worker_joins_and_leaves()
    {
        const int Count = 1_800;
        var stage = await Stage.On(broker.BootstrapServers, Partitions);
        var from = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - Count * SpacingMs;
        FeedByTime(stage, from, Count, Partitions);
        var newest = Enumerable.Repeat(from, Partitions).ToArray();
        long widest = 0;
        using (var first = new EchoWorker(stage.Options(worker: "first"), Slow, maxMessages: 10))
        using (var second = new EchoWorker(stage.Options(worker: "second"), Slow, maxMessages: 10))
        {
            await Eventually.True(
                () => first.Published > 300 && second.Published > 300, "both are at work", seconds: 60);
            await second.StopAsync();
            await Eventually.True(() => first.Published + second.Published == Count, "all published", seconds: 60);
            await first.StopAsync();
        }
        Assert.InRange(widest, 0, 5_000);
        Stage.AssertEachOnce(Count, stage.Results(Count, Partitions));

        Task Slow(SourceWindow window)
        {
            lock (newest)
                foreach (var record in window.Records)
                {
                    newest[record.Partition] = record.TimestampMs;
                    widest = Math.Max(widest, newest.Max() - newest.Min());
                }
            return Task.Delay(window.Records.Length * 10);
        }
    }

    /// <summary>One message to each partition in turn, as if produced every <see cref="SpacingMs"/>.</summary>
    private static void FeedByTime(Stage stage, long from, int count, int partitions)
    {
        using var producer = stage.RawProducer();
        for (var i = 0; i < count; i++)
            producer.Produce(new TopicPartition(stage.Options().Topics.Messages, i % partitions), new()
            {
                Value = Stage.Text($"{i}"),
                Timestamp = new Timestamp(from + i * SpacingMs, TimestampType.CreateTime),
            });
        producer.Flush(TestContext.Current.CancellationToken);
    }
}
