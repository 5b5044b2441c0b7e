using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Heads;

/// <summary>
/// Publishes heads to the compacted heads topic, one record per label; signed, if there is a key to sign with.
/// </summary>
public sealed class HeadsTopicWriter : IDisposable
{
    private readonly KafkaOptions options;
    private readonly KafkaClients clients;
    private readonly HeadSignatures signatures;
    private readonly FatalError fatal = new();
    private readonly IProducer<byte[]?, byte[]?> producer;

    public HeadsTopicWriter(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        this.options = options;
        signatures = new HeadSignatures(options);
        clients = new KafkaClients(options, loggers, clock);
        producer = clients.Producer(ClientConfigs.Producer(options), clients.Log("Heads"), fatal.Note);
    }

    /// <summary>
    /// Publishes one head, or retires its label with a null value; ends when all in-sync replicas have it.
    /// </summary>
    /// <param name="label">The record's key, in UTF-8.</param>
    /// <returns>The record's offset.</returns>
    /// <exception cref="KafkaFailureException">It was not acknowledged; it may or may not be there. Publishing it again
    /// is harmless.</exception>
    public Task<long> PublishAsync(string label, byte[]? value, CancellationToken stop) =>
        PublishAsync(System.Text.Encoding.UTF8.GetBytes(label), value, $"the head of label '{label}'", stop);

    /// <summary>Publishes any record of the heads topic; ends when all in-sync replicas have it.</summary>
    /// <param name="name">What it is, for error messages.</param>
    /// <inheritdoc cref="PublishAsync(string, byte[], CancellationToken)"/>
    public async Task<long> PublishAsync(byte[] key, byte[]? value, string name, CancellationToken stop)
    {
        var headers = new Headers();
        foreach (var header in signatures.Sign(key, value))
            headers.Add(header.Name, header.Value);
        try
        {
            var result = await producer.ProduceAsync(options.Topics.Heads, new Message<byte[]?, byte[]?>
            {
                Key = key,
                Value = value,
                Headers = headers,
            }, stop);
            return result.Offset.Value;
        }
        catch (ProduceException<byte[]?, byte[]?> error)
        {
            throw Failure(fatal.Of(error.Error), name);
        }
    }

    public void Dispose() => producer.Dispose();

    private KafkaFailureException Failure(Error error, string name) => error.Code switch
    {
        // Without WRITE on any topic the broker refuses an idempotent producer as a whole.
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => new(KafkaFailure.Unauthorised,
            $"topic '{options.Topics.Heads}' may not be written: grant this user WRITE on it"),
        ErrorCode.MsgSizeTooLarge => new(KafkaFailure.RecordTooLarge, Unacknowledged(error, name)),
        _ => new(KafkaFailure.Undelivered, Unacknowledged(error, name)),
    };

    private string Unacknowledged(Error error, string name) =>
        $"{name} was not acknowledged by topic '{options.Topics.Heads}': {clients.Redact(error.Reason)}";
}
