using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Topics;

/// <summary>
/// Asks about topics and creates them. The command <c>worker topics create</c> and the check at start use it.
/// </summary>
public sealed class TopicAdmin : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CreatePatience = TimeSpan.FromSeconds(30);
    private readonly KafkaOptions options;
    private readonly KafkaClients clients;
    private readonly IAdminClient admin;
    private readonly bool isDependent;
    private readonly ClientLog log;
    private readonly ILogger logger;
    private readonly TimeProvider clock;
    private readonly OutsideRetry asking;

    /// <param name="options">How to connect.</param>
    /// <param name="loggers">For its log lines.</param>
    /// <param name="clock">For its waiting times.</param>
    /// <param name="outages">The worker's; null for a command that a person waits for.</param>
    public TopicAdmin(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, OutageLog? outages = null)
        : this(options, null, null, loggers, clock, outages)
    {
    }

    private TopicAdmin(KafkaOptions options, IAdminClient? dependent, ClientLog? itsLog, ILoggerFactory loggers,
        TimeProvider clock, OutageLog? outages)
    {
        this.options = options;
        this.clock = clock;
        logger = loggers.CreateLogger<TopicAdmin>();
        clients = new KafkaClients(options, loggers, clock, outages);
        log = itsLog ?? clients.Log("Admin");
        admin = dependent ?? clients.Admin(log);
        isDependent = dependent is not null;
        asking = new OutsideRetry($"asking {options.BootstrapServers} about topics", logger, clock, log.Outages);
    }

    /// <summary>
    /// Asks over another client's connections; that client then knows what it learns. Dispose of this one first.
    /// </summary>
    internal static TopicAdmin Of(
        Handle client, KafkaOptions options, ClientLog log, ILoggerFactory loggers, TimeProvider clock) =>
        new(options, new DependentAdminClientBuilder(client).Build(), log, loggers, clock, log.Outages);

    /// <summary>
    /// The partition count of each of the topics; 0 for one that does not exist. Waits for a broker that is not there
    /// yet.
    /// </summary>
    /// <exception cref="KafkaFailureException">A topic may not be described.</exception>
    public IReadOnlyDictionary<string, int> Partitions(IReadOnlyCollection<string> topics, CancellationToken stop) =>
        asking.Run(
            _ => Explained(() => topics.ToDictionary(topic => topic, PartitionsOnce, StringComparer.Ordinal)), stop);

    /// <summary>
    /// The topics there are now that a pattern of <see cref="MessageTopics"/> matches. Waits for a broker that is not
    /// there yet.
    /// </summary>
    public IReadOnlyList<string> Matching(MessageTopics sources, CancellationToken stop) => asking.Run(
        _ => Explained(() => admin.GetMetadata(RequestTimeout)).Topics.Select(topic => topic.Topic)
            .Where(sources.Matches).Order(StringComparer.Ordinal).ToList(),
        stop);

    /// <summary>Makes sure that a broker answers, for commands that a person waits for.</summary>
    /// <exception cref="KafkaFailureException">None does within seconds; the message has the reason if it is
    /// known.</exception>
    public void Reach()
    {
        try
        {
            Explained(() => admin.GetMetadata(RequestTimeout));
        }
        catch (UnreachableException silent)
        {
            throw new KafkaFailureException(KafkaFailure.Handshake,
                $"no broker answers at {options.BootstrapServers}{(log.Fault is null ? "" : $": {silent.Message}")}\n" +
                "  what to do: start the brokers, or name the ones that run (Kafka:BootstrapServers, or " +
                "--bootstrap); check that this machine may reach their port");
        }
    }

    /// <summary>Whether a broker answers within a second.</summary>
    internal bool Answers()
    {
        try
        {
            Explained(() => admin.GetMetadata(options.Topics.Heads, AnswerTimeout));
            return true;
        }
        catch (Exception silent) when (silent is KafkaException or UnreachableException or KafkaFailureException)
        {
            return false;
        }
    }

    /// <summary>
    /// Checks that every topic exists; with <see cref="KafkaOptions.AllowAutoCreateTopics"/> asking creates it.
    /// </summary>
    /// <exception cref="KafkaFailureException">Topics are missing; the message names all of them.</exception>
    public void Require(IReadOnlyCollection<string> topics, CancellationToken stop)
    {
        var missing = Partitions(topics, stop).Where(topic => topic.Value == 0).Select(topic => $"'{topic.Key}'")
            .ToList();
        if (missing.Count > 0)
            throw new KafkaFailureException(KafkaFailure.TopicMissing,
                $"topic {string.Join(", ", missing)} does not exist at {options.BootstrapServers}: create it " +
                "or allow auto-creation (Kafka:AllowAutoCreateTopics, and auto.create.topics.enable of the broker); " +
                "'worker topics create' makes every topic of a worker");
    }

    /// <summary>
    /// Creates the topics and waits until the broker shows them, a moment later; returns the names of those that were
    /// already there.
    /// </summary>
    /// <exception cref="KafkaFailureException">The broker refuses a topic; the message names it and the
    /// reason.</exception>
    public async Task<IReadOnlyList<string>> CreateAsync(IReadOnlyCollection<TopicSpec> topics)
    {
        var there = await CreateOnceAsync(topics);
        var start = clock.GetTimestamp();
        foreach (var topic in topics)
            while (PartitionsOnce(topic.Name) == 0)
            {
                if (clock.GetElapsedTime(start) > CreatePatience)
                    throw new KafkaFailureException(KafkaFailure.TopicMissing,
                        $"topic '{topic.Name}' was created but {options.BootstrapServers} does not show it: check " +
                        "its brokers");
                await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
            }
        return there;
    }

    public void Dispose()
    {
        if (isDependent)
            admin.Dispose();
        else
            KafkaClients.Discard(admin);
    }

    private async Task<IReadOnlyList<string>> CreateOnceAsync(IEnumerable<TopicSpec> topics)
    {
        try
        {
            await admin.CreateTopicsAsync(topics.Select(Specification), new CreateTopicsOptions
            {
                RequestTimeout = CreatePatience,
                OperationTimeout = CreatePatience,
            });
            return [];
        }
        catch (CreateTopicsException partly)
        {
            var there = partly.Results.FindAll(result => result.Error.Code == ErrorCode.TopicAlreadyExists);
            var refused = partly.Results.FindAll(result => result.Error.IsError && !there.Contains(result));
            if (refused.Count == 0)
                return [.. there.Select(result => result.Topic)];
            var failure = refused.TrueForAll(result => result.Error.Code == ErrorCode.TopicAuthorizationFailed)
                ? KafkaFailure.Unauthorised
                : KafkaFailure.Fatal;
            var reasons = TopicErrors.Text(refused.Select(result => (result.Topic, result.Error)));
            var advice = refused.Select(result => TopicErrors.Advice(result.Error.Code))
                .Distinct(StringComparer.Ordinal);
            throw new KafkaFailureException(failure, clients.Redact(
                $"not every topic could be created: {reasons}\n  what to do: {string.Join("; ", advice)}"));
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(KafkaFailure.Fatal, clients.Redact(
                $"the topics could not be created: {TopicErrors.Reason(error.Error)}\n  what to do: " +
                $"{TopicErrors.Advice(error.Error.Code)}"));
        }
    }

    /// <summary>
    /// No broker answered; says why if the client reported it. A refusal of TLS or credentials stops; everything else
    /// may be retried.
    /// </summary>
    private T Explained<T>(Func<T> ask)
    {
        try
        {
            var answer = ask();
            log.Outages?.Works(byReader: false);
            return answer;
        }
        catch (KafkaException error) when (error.Error.IsLocalError)
        {
            if (log.Fault is not { } fault)
                throw new UnreachableException(clients.Redact(error.Error.Reason), error);
            var shown = BrokerCertificate.Explain(fault, options);
            if (shown is not null)
                log.Outages?.Explain(shown);
            var message = shown ?? fault.Message;
            throw fault.StopsStart
                ? new KafkaFailureException(
                    KafkaFailure.Handshake, $"no connection to {options.BootstrapServers}: {message}")
                : new UnreachableException(message, error);
        }
    }

    private int PartitionsOnce(string topic)
    {
        // Asking for one topic creates it if the client and the broker allow that.
        var found = options.AllowAutoCreateTopics
            ? admin.GetMetadata(topic, RequestTimeout)
            : admin.GetMetadata(RequestTimeout);
        var about = found.Topics.Find(candidate => candidate.Topic == topic);
        return about?.Error.Code switch
        {
            null or ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic =>
                IsHidden(topic) ? throw Hidden(topic) : 0,
            ErrorCode.NoError => about.Partitions.Count,
            ErrorCode.TopicAuthorizationFailed => throw Hidden(topic),
            _ => throw new KafkaException(about.Error),
        };
    }

    /// <summary>
    /// A list of all topics leaves out those that this user may not see; a request by name is refused.
    /// </summary>
    private bool IsHidden(string topic)
    {
        try
        {
            admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = RequestTimeout })
                .GetAwaiter().GetResult();
            return false;
        }
        catch (DescribeTopicsException refused)
        {
            return refused.Results.TopicDescriptions.Exists(result =>
                result.Error.Code == ErrorCode.TopicAuthorizationFailed);
        }
        catch (KafkaException)
        {
            // A broker that does not support this question (the embedded one) hides nothing.
            return false;
        }
    }

    private KafkaFailureException Hidden(string topic) =>
        new(KafkaFailure.Unauthorised, topic == options.Topics.Heads || MessageTopics.Of(options.Topics).Includes(topic)
        ? $"this worker may not see topic '{topic}': grant its user READ on it (which includes DESCRIBE)"
        : $"this worker may not see topic '{topic}': grant its user WRITE on it (which includes DESCRIBE)");

    private static TopicSpecification Specification(TopicSpec topic)
    {
        var settings = new Dictionary<string, string>(topic.Settings, StringComparer.Ordinal);
        if (topic.Compacted)
            settings["cleanup.policy"] = "compact";
        return new TopicSpecification
        {
            Name = topic.Name,
            NumPartitions = topic.Partitions,
            ReplicationFactor = topic.ReplicationFactor,
            Configs = settings,
        };
    }
}
