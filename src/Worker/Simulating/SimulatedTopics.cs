using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Embedded;
using Worker.Learner;
using Worker.Store;

namespace Worker.Simulating;

/// <summary>
/// What a learner has of Kafka, on a broker inside this process: answers go over the labels topic into the store, and
/// heads from the store over the heads topic to where they are used. Only the turns are given: nothing is sent before
/// the answers are recorded, nothing is trained before the heads are there. One caller.
/// </summary>
internal sealed class SimulatedTopics : IDisposable
{
    /// <summary>Bytes of answers on their way at most: a partition of this broker keeps 5 MiB.</summary>
    private const int Ahead = 1 << 20;

    /// <summary>Without progress for so long something is broken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>All answers have one key, so that they are recorded in the order in which they were given.</summary>
    private static readonly byte[] Key = "oracle"u8.ToArray();

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("worker-simulate-");
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();
    private readonly CancellationTokenSource ended = new();
    private readonly AutoResetEvent moved = new(initialState: false);
    private readonly IProducer<byte[], byte[]> producer;
    private readonly LearnerParts parts;
    private readonly OutboxSender sender;
    private readonly Task[] loops;
    private long answered;
    private long recorded;
    private long sent;
    private long followed;

    /// <param name="learn">How the learner is set.</param>
    public SimulatedTopics(LearnSection learn)
    {
        var kafka = broker.Options("simulate");
        broker.CreateTopics(kafka.Topics.Labels, kafka.Topics.Heads, kafka.Topics.DeadLetters);
        parts = new LearnerParts(
            new LearnerOptions(
                kafka, new StoreOptions { Path = Path.Combine(folder.FullName, "store.db") }, learn,
                new EncoderSection(), new InputOptions(), Product.Version),
            NullLoggerFactory.Instance, TimeProvider.System);
        Store = parts.Store(ended.Token);
        sender = parts.Sender(Store, parts.Calls(parts.Heartbeat("send")));
        producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = kafka.BootstrapServers, LingerMs = 1 }).Build();
        loops = [OwnThread.Run(TakeAnswers), OwnThread.Run(FollowHeads)];
    }

    public LearningStore Store { get; }

    /// <summary>The heads in use.</summary>
    public Champions Champions => parts.Champions;

    /// <summary>Where heads go.</summary>
    public string HeadsTopic => parts.Options.Kafka.Topics.Heads;

    /// <summary>Publishes answers; returns when the store has them.</summary>
    public void Answer(IEnumerable<LabelEvent> events, CancellationToken stop)
    {
        var bytes = 0;
        foreach (var one in events)
        {
            var value = LabelEventJson.Write(one);
            producer.Produce(
                parts.Options.Kafka.Topics.Labels, new Message<byte[], byte[]> { Key = Key, Value = value });
            answered++;
            if ((bytes += value.Length) < Ahead)
                continue;
            Until(() => Interlocked.Read(ref recorded) >= answered, stop);
            bytes = 0;
        }
        Until(() => Interlocked.Read(ref recorded) >= answered, stop);
    }

    /// <summary>Sends what a training has decided; returns when the heads are in use.</summary>
    public void Publish(CancellationToken stop)
    {
        for (var gone = 1; gone > 0; sent += gone)
            gone = sender.Send(stop);
        Until(() => Interlocked.Read(ref followed) >= sent, stop);
    }

    public void Dispose()
    {
        ended.Cancel();
        // What a loop ended with was said by whoever waited for it.
        Task.WhenAll(loops).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        sender.Dispose();
        producer.Dispose();
        parts.Dispose();
        Store.Dispose();
        broker.Dispose();
        moved.Dispose();
        ended.Dispose();
        folder.Delete(recursive: true);
    }

    private void TakeAnswers()
    {
        var heartbeat = parts.Heartbeat("answers");
        using var texts = parts.Texts(Store, heartbeat);
        using var topic = parts.LabelsTopic();
        var intake = parts.Intake(Store, texts, parts.Calls(heartbeat));
        topic.Run(
            () => intake.NextOffsets(ended.Token), records =>
            {
                var taken = intake.Take(records, ended.Token);
                Moved(ref recorded, taken ? records.Count : 0);
                return taken;
            }, ended.Token);
    }

    private void FollowHeads()
    {
        using var topic = parts.HeadsTopic();
        topic.Run(records =>
        {
            parts.Champions.Take(records);
            Moved(ref followed, records.Count);
        }, () => { }, ended.Token);
    }

    private void Moved(ref long count, int by)
    {
        Interlocked.Add(ref count, by);
        moved.Set();
    }

    /// <summary>Waits for one of the loops.</summary>
    /// <exception cref="TimeoutException">Nothing has moved for two minutes.</exception>
    private void Until(Func<bool> reached, CancellationToken stop)
    {
        while (!reached())
        {
            stop.ThrowIfCancellationRequested();
            foreach (var loop in loops.Where(loop => loop.IsFaulted))
                loop.GetAwaiter().GetResult();
            if (!moved.WaitOne(Patience) && !reached())
                throw new TimeoutException(
                    $"the simulation's broker stands still: {recorded} of {answered} answers are recorded, " +
                    $"{followed} of {sent} heads are in use");
        }
    }
}
