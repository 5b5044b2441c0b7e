using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Clients;

/// <summary>
/// Builds the library's clients. It attaches log and error handlers, and turns refusals into one clear error without
/// secrets.
/// </summary>
/// <param name="outages">The worker's; null for a client that asks one thing and is gone.</param>
internal sealed class KafkaClients(
    KafkaOptions options, ILoggerFactory loggers, TimeProvider clock, OutageLog? outages = null)
{
    private readonly ClientSecrets secrets = new(options);

    public OutageLog? Outages => outages;

    public ClientLog Log(string client) =>
        new(loggers.CreateLogger($"Worker.Kafka.Client.{client}"), secrets, clock, outages);

    /// <inheritdoc cref="OutageLog.Say(LogLevel, Action{LogLevel})"/>
    public void Say(LogLevel level, Action<LogLevel> write) => OutageLog.Say(outages, level, write);

    public IConsumer<byte[]?, byte[]?> Consumer(
        ConsumerConfig config, ClientLog log, Action<ConsumerBuilder<byte[]?, byte[]?>>? also = null,
        Action<Error>? onError = null) => Built(() =>
    {
        var builder = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, message) => log.Write(message))
            .SetErrorHandler((_, error) =>
            {
                log.Write(error);
                onError?.Invoke(error);
            });
        also?.Invoke(builder);
        return builder.Build();
    });

    public IProducer<byte[]?, byte[]?> Producer(
        ProducerConfig config, ClientLog log, Action<Error>? onError = null,
        Action<LogMessage>? onLog = null) => Built(() =>
        new ProducerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, message) =>
            {
                onLog?.Invoke(message);
                log.Write(message);
            })
            .SetErrorHandler((_, error) =>
            {
                log.Write(error);
                onError?.Invoke(error);
            })
            .Build());

    public IAdminClient Admin(ClientLog log) => Built(() =>
        new AdminClientBuilder(ClientConfigs.Admin(options))
            .SetLogHandler((_, message) => log.Write(message))
            .SetErrorHandler((_, error) => log.Write(error))
            .Build());

    /// <summary>
    /// Ends an admin client without waiting for its threads. They notice the end only every 100 ms, and a start would
    /// wait for each.
    /// </summary>
    public static void Discard(IAdminClient admin) => _ = Task.Factory.StartNew(
        admin.Dispose, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The text of an error of the library, secrets masked.</summary>
    public string Redact(string text) => secrets.Redact(text);

    private T Built<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception refused) when (refused is InvalidOperationException or ArgumentException or KafkaException)
        {
            // No inner exception: its text may carry the value of a secret property.
            throw new KafkaFailureException(KafkaFailure.Configuration,
                $"the Kafka client refuses the settings under Kafka: {Redact(refused.Message)}");
        }
    }
}
