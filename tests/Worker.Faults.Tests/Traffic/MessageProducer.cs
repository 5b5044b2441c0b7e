using System.Text;
using Confluent.Kafka;
using Worker.Faults.Tests.Judging;

namespace Worker.Faults.Tests.Traffic;

/// <summary>
/// Keeps writing messages of known identity, some without a key, one in a hundred poison. It is idempotent, and patient
/// enough to outlast every broker fault, so each message is in the topic once or, after a fatal error of the client,
/// uncertain.
/// </summary>
internal sealed class MessageProducer : IDisposable
{
    private const int Keys = 200;
    private static readonly Poison[] Poisons = [Poison.NullValue, Poison.InvalidUtf8, Poison.InvalidJson,
        Poison.MissingText];

    private readonly string topic;
    private readonly Func<long> now;
    private readonly Random random;
    private readonly ProducerConfig config;
    private readonly Lock gate = new();
    private readonly List<InputMessage> sent = [];
    private readonly int[] sequences = new int[Keys + 1];
    private IProducer<byte[]?, byte[]?> producer;
    private volatile bool finished;
    private int acknowledged;
    private int failed;

    /// <param name="now">The run's clock, in ms.</param>
    public MessageProducer(string bootstrapServers, string topic, int seed, Func<long> now)
    {
        this.topic = topic;
        this.now = now;
        random = new Random(seed);
        config = new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            ClientId = "faults-producer",
            EnableIdempotence = true,
            Acks = Acks.All,
            LingerMs = 5,
            MessageTimeoutMs = 600_000,
            MessageMaxBytes = 2_000_000,
            Partitioner = Partitioner.Murmur2Random,
            ReconnectBackoffMaxMs = 1_000,
            TopicMetadataRefreshIntervalMs = 5_000,
            SocketTimeoutMs = 10_000,
        };
        producer = Build();
    }

    public int Acknowledged => Volatile.Read(ref acknowledged);

    /// <summary>Messages whose fate the client does not know.</summary>
    public int InDoubt => Volatile.Read(ref failed);

    public int Count
    {
        get
        {
            lock (gate)
                return sent.Count;
        }
    }

    /// <summary>What was sent so far, by id.</summary>
    public IReadOnlyList<InputMessage> Sent
    {
        get
        {
            lock (gate)
                return [.. sent];
        }
    }

    /// <summary>Sends at a steady rate until stopped.</summary>
    public async Task Run(int perSecond, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var begin = now();
        var due = 0L;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                // Messages that could not be sent in time are sent later, at most a second's worth at a time.
                for (var until = Math.Min((now() - begin) * perSecond / 1000, due + perSecond); due < until; due++)
                    Send(random.Next(100) == 0 ? Poisons[random.Next(Poisons.Length)] : Poison.None);
        }
        catch (OperationCanceledException)
        {
            // The end of the run.
        }
    }

    /// <summary>Many poison messages in a row, one of them very large.</summary>
    public void Burst(int count)
    {
        for (var i = 0; i < count; i++)
            Send(i == count / 2 ? Poison.Oversize : Poisons[i % Poisons.Length]);
    }

    /// <summary>Waits for the acknowledgement of all that was sent.</summary>
    public bool Flush(TimeSpan patience) => producer.Flush(patience) == 0;

    public void Dispose()
    {
        finished = true;
        producer.Dispose();
    }

    private void Send(Poison poison)
    {
        lock (gate)
        {
            var slot = random.Next(5) == 0 ? Keys : random.Next(Keys);
            var message = new InputMessage
            {
                Id = sent.Count,
                Key = slot == Keys ? null : $"k{slot}",
                Sequence = sequences[slot]++,
                Poison = poison,
                SentMs = now(),
            };
            sent.Add(message);
            var value = MessageContent.Value(poison, message.Id, random);
            var record = new Message<byte[]?, byte[]?>
            {
                Key = message.Key is null ? null : Encoding.UTF8.GetBytes(message.Key),
                Value = value,
                Headers = new Headers
                {
                    { MessageContent.IdHeader, Encoding.UTF8.GetBytes($"{message.Id}") },
                    { MessageContent.DigestHeader, MessageContent.Digest(value) },
                },
            };
            try
            {
                producer.Produce(topic, record, report => Delivered(message, report));
            }
            catch (ProduceException<byte[]?, byte[]?> error) when (error.Error.IsFatal)
            {
                Interlocked.Increment(ref failed);
                producer.Dispose();
                producer = Build();
            }
        }
    }

    private void Delivered(InputMessage message, DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
        {
            if (!finished)
                Interlocked.Increment(ref failed);
            return;
        }
        message.AckedMs = now();
        Interlocked.Increment(ref acknowledged);
    }

    private IProducer<byte[]?, byte[]?> Build() =>
        new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { })
            .Build();
}
