using System.Diagnostics;
using Confluent.Kafka;
using Worker.Hosting;
using Worker.Kafka.Configuration;

namespace Worker.Bench.Delivery;

/// <summary>
/// How long a message takes if the worker is idle: from before it is produced until a read_committed reader has its
/// result.
/// </summary>
internal static class LoneMessage
{
    /// <summary>Number of uncounted messages at the start, when clients are still connecting.</summary>
    public const int Unmeasured = 20;

    private static readonly TimeSpan Warming = TimeSpan.FromMilliseconds(20);

    /// <summary>Milliseconds of each message, sorted, through a worker.</summary>
    /// <param name="pause">Between a result and the next message.</param>
    public static async Task<double[]> Run(
        Classifier worker, KafkaOptions options, int messages, TimeSpan pause, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = worker.Run(ended.Token);
        var took = await Run(running, options, messages, pause, stop);
        await ended.CancelAsync();
        await running;
        return took;
    }

    /// <summary>Milliseconds of each message, sorted, through whatever is running.</summary>
    /// <param name="pause">Between a result and the next message.</param>
    public static async Task<double[]> Run(
        Task running, KafkaOptions options, int messages, TimeSpan pause, CancellationToken stop)
    {
        using var results = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.GroupId + "-reader",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchWaitMaxMs = 500,
            EnableAutoCommit = false,
        }).Build();
        results.Assign(
            Enumerable.Range(0, 3).Select(p => new TopicPartitionOffset(options.Topics.Results, p, Offset.Beginning)));
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = options.BootstrapServers,
            LingerMs = 0,
            Acks = Acks.All,
        }).Build();
        var took = new List<double>();
        for (var i = -Unmeasured; i < messages; i++)
        {
            await Task.Delay(i < 0 ? Warming : pause, stop);
            var from = Stopwatch.GetTimestamp();
            producer.Produce(
                options.Topics.Messages, new Message<byte[], byte[]>
                {
                    Key = BitConverter.GetBytes(i),
                    Value = "a small message, on its own"u8.ToArray(),
                });
            while (results.Consume(TimeSpan.FromSeconds(1)) is null)
            {
                if (running.IsCompleted)
                    await running;
                stop.ThrowIfCancellationRequested();
            }
            if (i >= 0)
                took.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }
        return [.. took.Order()];
    }
}
