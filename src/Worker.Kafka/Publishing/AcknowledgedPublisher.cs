using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// At-least-once. Invariant: an offset is committed only after everything that its message led to was acknowledged by
/// all in-sync replicas. When a record is refused, the rest of its window is not published twice. When a window is not
/// acknowledged in time, the acknowledged records stay and its messages are read again, so these results come twice.
/// </summary>
internal sealed class AcknowledgedPublisher : WindowPublisher
{
    /// <summary>
    /// If this many producers in a row end without a committed window between them, something is permanently wrong.
    /// </summary>
    private const int MaximumRenewals = 5;

    /// <summary>The client waits for a coordinator for the session timeout, and for its answer a minute.</summary>
    private TimeSpan CommitLimit => TimeSpan.FromMilliseconds(options.SessionTimeoutMs) + TimeSpan.FromMinutes(1);

    private readonly KafkaOptions options;
    private readonly KafkaClients clients;
    private readonly ClientLog log;
    private readonly AcknowledgedRecords acknowledged = new();
    private IProducer<byte[]?, byte[]?>? producer;
    private WindowDelivery delivery = null!;
    private int renewals;

    public AcknowledgedPublisher(GroupSession group)
        : base(group)
    {
        (options, clients) = (group.Options, group.Clients);
        log = clients.Log("Producer");
        Prepare(default);
    }

    public override void Start(CancellationToken stop)
    {
        // There is nothing to take over; the producer connects by itself.
    }

    public override void Dispose()
    {
        End();
        base.Dispose();
    }

    private protected override void Prepare(CancellationToken stop)
    {
        if (producer is not null)
            return;
        producer = clients.Producer(ClientConfigs.Producer(options), log);
        delivery = new WindowDelivery(producer, TimeSpan.FromMilliseconds(options.DeliveryTimeoutMs), Heartbeat);
    }

    private protected override PublishOutcome PublishBegun(
        SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        try
        {
            Deliver(window, records, stop);
            renewals = 0;
        }
        catch (KafkaFailureException failure) when (failure.EndsProducer)
        {
            End();
            if (++renewals > MaximumRenewals)
                throw new KafkaFailureException(KafkaFailure.Fatal,
                    $"{renewals} producers in a row published no window; the last: {failure.Message}");
            throw;
        }
        try
        {
            using var inside = Heartbeat.Enter("inside the client library (Commit)", CommitLimit);
            Group.Commit(window);
            return PublishOutcome.Committed;
        }
        catch (KafkaException error) when (!error.Error.IsFatal || Group.IsRefused(error.Error))
        {
            // Everything is in Kafka. The next commit covers it, or the partition's next owner processes the window
            // again.
            log.Write(LogLevel.Warning, "uncommitted window",
                $"a window was published but not committed: {error.Error.Reason}");
            return PublishOutcome.PublishedOnly;
        }
        catch (KafkaException error)
        {
            throw new KafkaFailureException(
                KafkaFailure.Fatal, $"offsets cannot be committed any more: {clients.Redact(error.Error.Reason)}");
        }
    }

    private void Deliver(SourceWindow window, IReadOnlyList<OutgoingRecord> records, CancellationToken stop)
    {
        var open = acknowledged.Missing(window, records);
        if (TryDeliver(records, open, stop, out var missing) is not { } error)
            return;
        acknowledged.Add(window, records, open, missing);
        if (!WindowDelivery.IsTooLarge(error.Code))
            throw Failed(records, error, missing[0]);
        // A batch is refused as a whole. Sent alone, each record shows whether it is the cause.
        foreach (var index in missing)
        {
            if (TryDeliver(records, [index], stop, out _) is { } own)
                throw Failed(records, own, index);
            acknowledged.Add(window, records, [index], []);
        }
    }

    /// <summary>
    /// Produces these records and waits for all. Returns the most important error and the indices of the records that
    /// are not acknowledged, or null.
    /// </summary>
    private Error? TryDeliver(
        IReadOnlyList<OutgoingRecord> records, IReadOnlyList<int> indices, CancellationToken stop,
        out IReadOnlyList<int> missing)
    {
        var all = indices.Count == records.Count;
        var these = all ? records : [.. indices.Select(index => records[index])];
        Error? refused = null;
        var handedOver = 0;
        try
        {
            delivery.Produce(these, Routes, out handedOver, stop);
        }
        catch (ProduceException<byte[]?, byte[]?> exception)
        {
            refused = exception.Error;
        }
        delivery.AwaitAll(stop);
        missing = [];
        if (refused is null && !delivery.HasFailed)
            return null;
        missing = [.. delivery.Missing(these, handedOver).Select(index => indices[index])];
        return delivery.HasFailed ? delivery.Failure(these).Error : refused;
    }

    private KafkaFailureException Failed(IReadOnlyList<OutgoingRecord> records, Error error, int index)
    {
        if (WindowDelivery.IsTooLarge(error.Code))
            return TooLarge(records, index, "the topic takes");
        return PublishErrors.Permanent(error, records, index, clients)
            ?? new KafkaFailureException(KafkaFailure.Undelivered,
                $"a window was not fully acknowledged and will be read again: {clients.Redact(error.Reason)}", index);
    }

    private void End()
    {
        if (producer is null)
            return;
        producer.Dispose();
        delivery.Dispose();
        producer = null;
    }
}
