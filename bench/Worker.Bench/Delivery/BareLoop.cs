using System.Diagnostics;
using Confluent.Kafka;
using Worker.Kafka.Configuration;

namespace Worker.Bench.Delivery;

/// <summary>
/// The raw limit: one thread that consumes, produces a value of a result's size with the same key, and commits by the
/// same rules, with nothing in between. Its clients have the worker's configuration where that makes it faster.
/// </summary>
internal static class BareLoop
{
    /// <summary>Messages per second, from the first consumed to the last committed.</summary>
    /// <param name="options">Topics, group and mode.</param>
    /// <param name="messages">How many there are.</param>
    /// <param name="valueBytes">Size of the value that is produced for each.</param>
    /// <param name="perCommit">Messages per commit: more than 10,000 make it no faster; 1 for single messages.</param>
    public static double Run(KafkaOptions options, int messages, int valueBytes, int perCommit = 10_000)
    {
        var exactlyOnce = options.Delivery == DeliveryMode.ExactlyOnce;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.GroupId,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).Build();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = options.BootstrapServers,
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 1,
            CompressionType = CompressionType.Lz4,
            DeliveryReportFields = "none",
            QueueBufferingMaxMessages = 1_000_000,
            TransactionalId = exactlyOnce ? options.GroupId : null,
            RetryBackoffMs = exactlyOnce ? 1 : null,
        }).Build();
        if (exactlyOnce)
            producer.InitTransactions(TimeSpan.FromSeconds(30));
        consumer.Subscribe(options.Topics.Messages);
        var value = new byte[valueBytes];
        new Random(1).NextBytes(value);
        var (failed, pending) = (0, 0);
        using var delivered = new AutoResetEvent(false);
        void Delivered(DeliveryReport<byte[], byte[]> report)
        {
            if (report.Error.IsError)
                Interlocked.Increment(ref failed);
            if (Interlocked.Decrement(ref pending) == 0)
                delivered.Set();
        }

        var (done, from) = (0, 0L);
        while (done < messages)
        {
            var block = Math.Min(perCommit, messages - done);
            for (var i = 0; i < block;)
            {
                if (consumer.Consume(TimeSpan.FromSeconds(1)) is not { Message: { } message })
                    continue;
                if (from == 0)
                    from = Stopwatch.GetTimestamp();
                if (i == 0 && exactlyOnce)
                    producer.BeginTransaction();
                Interlocked.Increment(ref pending);
                producer.Produce(
                    options.Topics.Results, new Message<byte[], byte[]>
                    {
                        Key = message.Key,
                        Value = value,
                    }, Delivered);
                i++;
            }
            var offsets = consumer.Assignment.ConvertAll(partition =>
                new TopicPartitionOffset(partition, consumer.Position(partition)))
                .FindAll(at => at.Offset != Offset.Unset);
            if (exactlyOnce)
            {
                producer.SendOffsetsToTransaction(offsets, consumer.ConsumerGroupMetadata, TimeSpan.FromSeconds(30));
                // Faster than the client's own flush, which checks only every 10 ms.
                while (Volatile.Read(ref pending) > 0)
                    delivered.WaitOne();
                producer.CommitTransaction(TimeSpan.FromSeconds(30));
            }
            else
            {
                producer.Flush();
                consumer.Commit(offsets);
            }
            done += block;
        }
        var took = Stopwatch.GetElapsedTime(from).TotalSeconds;
        consumer.Close();
        return failed == 0
            ? messages / took
            : throw new InvalidOperationException($"{failed} records of the bare loop were not delivered");
    }
}
