using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Worker.Core.Messages;
using Worker.Faults.Tests.Judging;
using Worker.Faults.Tests.Traffic;
using Worker.Kafka.Configuration;

namespace Worker.Faults.Tests.Observing;

/// <summary>
/// The consumer of results for which the promise holds: read_committed, from the beginning, on its own thread, all the
/// time. It reads the input topic too, whose contents are what must come out.
/// </summary>
internal sealed class TopicsReader : IDisposable
{
    private readonly KafkaTopics topics;
    private readonly Func<long> now;
    private readonly IConsumer<byte[]?, byte[]?> consumer;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly HashSet<(string Topic, int Partition, long Offset)> seen = [];
    private readonly HashSet<TopicPartition> atEnd = [];
    private readonly List<SourceRecord> sources = [];
    private readonly List<Appearance> appearances = [];
    private readonly HashSet<int> settled = [];
    private readonly List<TopicPartition> partitions;
    private readonly Task reading;

    /// <param name="counts">Partitions of each topic.</param>
    /// <param name="now">The run's clock, in ms.</param>
    public TopicsReader(
        string bootstrapServers, KafkaTopics topics, IReadOnlyDictionary<string, int> counts, Func<long> now)
    {
        this.topics = topics;
        this.now = now;
        consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            ClientId = "faults-reader",
            GroupId = "faults-reader",
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 50,
            FetchMaxBytes = 20_000_000,
            ReconnectBackoffMaxMs = 1_000,
            TopicMetadataRefreshIntervalMs = 2_000,
            // A frozen broker is given up on soon, so that its stall is not mistaken for the worker's.
            SocketTimeoutMs = 4_000,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        partitions =
            [.. counts.SelectMany(topic =>
                Enumerable.Range(0, topic.Value).Select(partition => new TopicPartition(topic.Key, partition)))];
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        reading = Task.Factory.StartNew(Run, stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Messages of the input that have a result or a dead letter.</summary>
    public int Settled
    {
        get
        {
            lock (gate)
                return settled.Count;
        }
    }

    /// <summary>The input, in each partition's order.</summary>
    public IReadOnlyList<SourceRecord> Sources
    {
        get
        {
            lock (gate)
                return [.. sources];
        }
    }

    /// <summary>What came out, in each partition's order.</summary>
    public IReadOnlyList<Appearance> Appearances
    {
        get
        {
            lock (gate)
                return [.. appearances];
        }
    }

    /// <summary>Whether every message of the input topic, as far as it was read, has come out.</summary>
    public bool IsDrained
    {
        get
        {
            lock (gate)
                return sources.TrueForAll(source => settled.Contains(source.Id));
        }
    }

    /// <summary>
    /// Waits until all that is committed by now has been read. The end is marked: a last record in every partition is
    /// seen only after all before it, and only once no transaction before it is open.
    /// </summary>
    /// <returns>False if a partition's end was not seen within the given time.</returns>
    public async Task<bool> ReadToEnd(string bootstrapServers, TimeSpan patience)
    {
        using var marker = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = bootstrapServers, Acks = Acks.All }).SetLogHandler((_, _) =>
                { }).Build();
        var deadline = now() + (long)patience.TotalMilliseconds;
        foreach (var partition in partitions)
            await MarkEnd(marker, partition, deadline);
        while (now() < deadline)
        {
            lock (gate)
                if (atEnd.Count == partitions.Count)
                    return true;
            await Task.Delay(50);
        }
        return false;
    }

    /// <summary>Retries if a broker that has just come back does not know the partition yet.</summary>
    private async Task MarkEnd(IProducer<Null, byte[]> marker, TopicPartition partition, long deadline)
    {
        while (true)
        {
            try
            {
                await marker.ProduceAsync(
                    partition, new Message<Null, byte[]>
                    {
                        Value = [],
                        Headers = new Headers { { MessageContent.IdHeader, "-1"u8.ToArray() } },
                    });
                return;
            }
            catch (ProduceException<Null, byte[]>) when (now() < deadline)
            {
                await Task.Delay(200);
            }
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        reading.Wait(TimeSpan.FromSeconds(10));
        consumer.Close();
        consumer.Dispose();
        stop.Dispose();
    }

    private void Run()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } result)
                    Take(result);
            }
            catch (ConsumeException)
            {
                // A broker is away; the client continues by itself.
            }
        }
    }

    private void Take(ConsumeResult<byte[]?, byte[]?> result)
    {
        lock (gate)
        {
            // The client may fetch again after a leader moved; one record is one record.
            if (!seen.Add((result.Topic, result.Partition.Value, result.Offset.Value)))
                return;
            var id = int.Parse(Text(result.Message.Headers, MessageContent.IdHeader)!, CultureInfo.InvariantCulture);
            if (id < 0)
            {
                atEnd.Add(result.TopicPartition);
                return;
            }
            if (result.Topic == topics.Messages)
            {
                sources.Add(new SourceRecord(result.Partition.Value, result.Offset.Value, id));
                return;
            }
            var appearance = result.Topic == topics.DeadLetters ? Letter(result, id) : Result(result, id);
            appearances.Add(appearance);
            if (appearance.Outlet != Outlet.Review)
                settled.Add(id);
        }
    }

    private Appearance Result(ConsumeResult<byte[]?, byte[]?> record, int id)
    {
        using var json = JsonDocument.Parse(record.Message.Value);
        var root = json.RootElement;
        var source = root.GetProperty("source");
        var labels = root.GetProperty("labels");
        var head = labels.TryGetProperty(HeadPublisher.FastLabel, out var fast)
            ? fast
            : labels.GetProperty(HeadPublisher.SlowLabel);
        return new Appearance(record.Topic == topics.Results ? Outlet.Results : Outlet.Review, record.Partition.Value,
            record.Offset.Value, id,
            source.GetProperty("partition").GetInt32(), source.GetProperty("offset").GetInt64(), now())
        {
            HeadVersion = head.GetProperty("version").GetInt32(),
            Reviewed = root.TryGetProperty("review", out var review)
                && review.GetProperty("state").ValueEquals("asked"),
        };
    }

    private Appearance Letter(ConsumeResult<byte[]?, byte[]?> record, int id)
    {
        var headers = record.Message.Headers;
        return new Appearance(Outlet.DeadLetters, record.Partition.Value, record.Offset.Value, id,
            BinaryPrimitives.ReadInt32BigEndian(headers.GetLastBytes(DeadLetterHeaders.Partition)),
            BinaryPrimitives.ReadInt64BigEndian(headers.GetLastBytes(DeadLetterHeaders.Offset)), now())
        {
            Failure = Text(headers, DeadLetterHeaders.Kind),
            ValueIntact = headers.TryGetLastBytes(MessageContent.DigestHeader, out var digest)
                && MessageContent.Digest(record.Message.Value).AsSpan().SequenceEqual(digest),
            ValueOmitted = Text(headers, DeadLetterHeaders.Omitted)?.Contains(
                "value", StringComparison.Ordinal) == true,
        };
    }

    private static string? Text(Headers headers, string name) =>
        headers.TryGetLastBytes(name, out var value) ? Encoding.UTF8.GetString(value) : null;
}
