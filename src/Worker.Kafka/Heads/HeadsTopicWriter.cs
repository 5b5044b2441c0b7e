using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Heads;

/// <summary>Publishes heads to the compacted heads topic, one record a label.</summary>
public sealed class HeadsTopicWriter : IDisposable
{
    private readonly KafkaOptions _options;
    private readonly KafkaClients _clients;
    private readonly IProducer<byte[]?, byte[]?> _producer;

    public HeadsTopicWriter(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        _options = options;
        _clients = new KafkaClients(options, loggers, clock);
        _producer = _clients.Producer(ClientConfigs.Producer(options), _clients.Log("Heads"));
    }

    /// <summary>Publishes one head, or retires its label with a null value; ends when all in-sync replicas have it.</summary>
    /// <param name="label">The record's key, in UTF-8.</param>
    /// <returns>The record's offset.</returns>
    /// <exception cref="KafkaFailureException">It was not acknowledged; it may or may not be there. Publishing it again is harmless.</exception>
    public async Task<long> PublishAsync(string label, byte[]? value, CancellationToken stop)
    {
        try
        {
            var result = await _producer.ProduceAsync(_options.Topics.Heads, new Message<byte[]?, byte[]?>
            {
                Key = System.Text.Encoding.UTF8.GetBytes(label),
                Value = value,
            }, stop);
            return result.Offset.Value;
        }
        catch (ProduceException<byte[]?, byte[]?> error)
        {
            throw new KafkaFailureException(
                error.Error.Code == ErrorCode.MsgSizeTooLarge ? KafkaFailure.RecordTooLarge : KafkaFailure.Undelivered,
                $"the head of label '{label}' was not acknowledged by topic '{_options.Topics.Heads}': {_clients.Redact(error.Error.Reason)}");
        }
    }

    public void Dispose() => _producer.Dispose();
}
