using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Worker.Core.Messages;
using Worker.Kafka.Configuration;

namespace Worker.Demo;

/// <summary>One result as a subscriber sees it.</summary>
/// <param name="Source">The message's identity.</param>
/// <param name="Key">The message's key, passed through: the number of the text.</param>
/// <param name="Probabilities">Per label.</param>
/// <param name="Latency">From the message's timestamp to its result's arrival here.</param>
/// <param name="Decision">Of the message: yes, no or other.</param>
/// <param name="Review">asked, shared or deferred; null for a message that people need not see.</param>
/// <param name="Yes">Labels that are decided yes.</param>
/// <param name="Uncertain">How many of its labels are uncertain.</param>
internal sealed record SeenResult(
    SourcePosition Source, int Key, IReadOnlyDictionary<string, double> Probabilities, TimeSpan Latency,
    string Decision, string? Review,
    IReadOnlyList<string> Yes, int Uncertain);

/// <summary>One question as a person sees it.</summary>
/// <param name="Key">Number of the text.</param>
/// <param name="Risk">In [0, 1].</param>
/// <param name="Reasons">Each with its label, or "".</param>
internal sealed record SeenQuestion(int Key, double Risk, IReadOnlyList<(string Reason, string Label)> Reasons);

/// <summary>
/// A downstream subscriber: reads every partition of results, review and dead-letters from the start and keeps what it
/// saw. It reads on its own thread. The demo watches <see cref="Count"/> and, under <see cref="Gate"/>, the lists.
/// </summary>
internal sealed class ResultsWatcher : IDisposable
{
    private readonly IConsumer<string?, byte[]?> consumer;
    private readonly KafkaTopics topics;
    private readonly TimeProvider clock;
    private readonly Thread thread;
    private readonly HashSet<SourcePosition> distinct = [];
    private volatile bool stopping;
    private int count;

    public ResultsWatcher(string bootstrap, KafkaTopics topics, int partitions, TimeProvider clock)
    {
        this.topics = topics;
        this.clock = clock;
        consumer = new ConsumerBuilder<string?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "demo-watcher",
            EnableAutoCommit = false,
            FetchWaitMaxMs = 5,
        }).Build();
        string[] watched = [topics.Results, topics.Review, topics.DeadLetters];
        consumer.Assign(
            watched.SelectMany(topic =>
                Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning))));
        thread = new Thread(Watch) { IsBackground = true, Name = "results watcher" };
        thread.Start();
    }

    /// <summary>Guards the lists.</summary>
    public Lock Gate { get; } = new();

    public List<SeenResult> Results { get; } = [];

    /// <summary>What went to review.</summary>
    public List<SeenQuestion> Reviews { get; } = [];

    public int DeadLetters { get; private set; }

    /// <summary>Results seen; any thread.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Distinct messages among them.</summary>
    public int Distinct => distinct.Count;

    public void Dispose()
    {
        stopping = true;
        thread.Join();
        consumer.Close();
        consumer.Dispose();
    }

    private void Watch()
    {
        while (!stopping)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is not { Message: { } message } record)
                continue;
            lock (Gate)
            {
                if (record.Topic == topics.Results)
                    Results.Add(Parse(message));
                else if (record.Topic == topics.Review)
                    Reviews.Add(ParseReview(message));
                else
                    DeadLetters++;
            }
            if (record.Topic == topics.Results)
                Interlocked.Increment(ref count);
        }
    }

    private SeenResult Parse(Message<string?, byte[]?> message)
    {
        using var json = JsonDocument.Parse(message.Value);
        var source = json.RootElement.GetProperty("source");
        var position = new SourcePosition(source.GetProperty("topic").GetString()!,
            source.GetProperty("partition").GetInt32(), source.GetProperty("offset").GetInt64());
        distinct.Add(position);
        var labels = json.RootElement.GetProperty("labels");
        return new SeenResult(
            position, Key(message),
            labels.EnumerateObject().ToDictionary(
                l => l.Name, l => l.Value.GetProperty("p").GetDouble(), StringComparer.Ordinal),
            clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(source.GetProperty("timestamp").GetInt64()),
            json.RootElement.GetProperty("decision").GetString()!,
            json.RootElement.TryGetProperty("review", out var review) ? review.GetProperty("state").GetString() : null,
            [.. labels.EnumerateObject().Where(l =>
                l.Value.GetProperty("decision").ValueEquals("yes"u8)).Select(l => l.Name)],
            json.RootElement.GetProperty("uncertain").GetInt32());
    }

    private static SeenQuestion ParseReview(Message<string?, byte[]?> message)
    {
        using var json = JsonDocument.Parse(message.Value);
        var review = json.RootElement.GetProperty("review");
        return new SeenQuestion(
            Key(message),
            review.GetProperty("risk").GetDouble(),
            [.. review.GetProperty("reasons").EnumerateArray().Select(
                r => (r.GetProperty("reason").GetString()!,
                    r.TryGetProperty("label", out var label) ? label.GetString()! : ""))]);
    }

    private static int Key(Message<string?, byte[]?> message) =>
        int.Parse(message.Key ?? "-1", CultureInfo.InvariantCulture);
}
