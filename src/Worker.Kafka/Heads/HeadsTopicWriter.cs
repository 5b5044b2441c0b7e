using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Heads;

/// <summary>Publishes heads to the compacted heads topic, one record a label.</summary>
public sealed class HeadsTopicWriter : IDisposable
{
    private readonly KafkaOptions options;
    private readonly KafkaClients clients;
    private readonly IProducer<byte[]?, byte[]?> producer;

    public HeadsTopicWriter(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        this.options = options;
        clients = new KafkaClients(options, loggers, clock);
        producer = clients.Producer(ClientConfigs.Producer(options), clients.Log("Heads"));
    }

    /// <summary>Publishes one head, or retires its label with a null value; ends when all in-sync replicas have it.</summary>
    /// <param name="label">The record's key, in UTF-8.</param>
    /// <returns>The record's offset.</returns>
    /// <exception cref="KafkaFailureException">It was not acknowledged; it may or may not be there. Publishing it again is harmless.</exception>
    public Task<long> PublishAsync(string label, byte[]? value, CancellationToken stop) =>
        PublishAsync(System.Text.Encoding.UTF8.GetBytes(label), value, $"the head of label '{label}'", stop);

    /// <summary>Publishes any record of the heads topic; ends when all in-sync replicas have it.</summary>
    /// <param name="name">What it is, for errors.</param>
    /// <inheritdoc cref="PublishAsync(string, byte[], CancellationToken)"/>
    public async Task<long> PublishAsync(byte[] key, byte[]? value, string name, CancellationToken stop)
    {
        try
        {
            var result = await producer.ProduceAsync(options.Topics.Heads, new Message<byte[]?, byte[]?>
            {
                Key = key,
                Value = value,
            }, stop);
            return result.Offset.Value;
        }
        catch (ProduceException<byte[]?, byte[]?> error)
        {
            throw new KafkaFailureException(
                error.Error.Code == ErrorCode.MsgSizeTooLarge ? KafkaFailure.RecordTooLarge : KafkaFailure.Undelivered,
                $"{name} was not acknowledged by topic '{options.Topics.Heads}': {clients.Redact(error.Error.Reason)}");
        }
    }

    public void Dispose() => producer.Dispose();
}
