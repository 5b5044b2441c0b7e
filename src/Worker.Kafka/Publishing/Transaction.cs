using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Publishing;

/// <summary>The transaction cannot be committed: abort it.</summary>
internal sealed class MustAbortException(Error error) : Exception(error.Reason)
{
    public Error Error { get; } = error;
}

/// <summary>
/// The steps of a transaction, each with a time limit, and the three kinds of error told apart: retriable (the same call
/// again), abortable (<see cref="MustAbortException"/>), and everything else, which is fatal.
/// </summary>
internal sealed class Transaction(
    IProducer<byte[]?, byte[]?> producer,
    FatalError fatal,
    KafkaOptions options,
    ILogger logger,
    TimeProvider clock,
    KafkaClients clients)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(20);
    private readonly TimeSpan callLimit = TimeSpan.FromMilliseconds(options.TransactionTimeoutMs);
    private readonly TimeSpan giveUp = TimeSpan.FromMilliseconds(options.TransactionGiveUpMs);

    /// <summary>Makes this producer the only one with its identity and ends what an earlier one left open.</summary>
    public void TakeOver(CancellationToken stop)
    {
        var identity = options.EffectiveTransactionalId;
        new OutsideRetry($"taking over transactional identity '{identity}' at {options.BootstrapServers}", logger, clock).Run(
            _ =>
            {
                try
                {
                    producer.InitTransactions(TimeSpan.FromSeconds(5));
                    return true;
                }
                catch (KafkaException error) when (error is not KafkaRetriableException)
                {
                    throw Fatal("InitTransactions", error.Error);
                }
            },
            stop);
    }

    /// <summary>Local only.</summary>
    public void Begin()
    {
        try
        {
            producer.BeginTransaction();
        }
        catch (KafkaException error)
        {
            throw Fatal("BeginTransaction", error.Error);
        }
    }

    public void SendOffsets(List<TopicPartitionOffset> offsets, IConsumerGroupMetadata group, CancellationToken stop) =>
        Step("SendOffsetsToTransaction", limit => producer.SendOffsetsToTransaction(offsets, group, limit), stop);

    /// <summary>Sends what is still queued, waits for all of it, then commits.</summary>
    public void Commit(CancellationToken stop) => Step("CommitTransaction", producer.CommitTransaction, stop);

    /// <summary>Undoes the transaction; <paramref name="cause"/> is for the message should even that fail.</summary>
    public void Abort(Error cause, CancellationToken stop)
    {
        if (cause.IsFatal)
            throw Fatal("the transaction", cause);
        try
        {
            Step("AbortTransaction", producer.AbortTransaction, stop);
        }
        catch (MustAbortException again)
        {
            throw Fatal("AbortTransaction", again.Error);
        }
    }

    /// <summary>When stopping: one try; what stays open is aborted by this worker's next life or by its time limit.</summary>
    public void AbortQuietly()
    {
        try
        {
            producer.AbortTransaction(TimeSpan.FromSeconds(2));
        }
        catch (KafkaException)
        {
            // The process is ending, and nothing was committed.
        }
    }

    private void Step(string name, Action<TimeSpan> call, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                call(callLimit);
                return;
            }
            catch (KafkaRetriableException error)
            {
                // Calling again takes up the same step where it is: it is not a second commit.
                if (clock.GetElapsedTime(start) > giveUp)
                    throw new KafkaFailureException(KafkaFailure.Fatal,
                        $"{name} has not ended within {giveUp.TotalSeconds:F0} s (Kafka:TransactionGiveUpMs): " +
                        $"{clients.Redact(error.Error.Reason)}; the next start of this worker settles what is open");
                stop.WaitHandle.WaitOne(RetryPause);
            }
            catch (KafkaTxnRequiresAbortException error)
            {
                throw new MustAbortException(error.Error);
            }
            catch (KafkaException error)
            {
                throw Fatal(name, error.Error);
            }
        }
    }

    private KafkaFailureException Fatal(string step, Error error)
    {
        var identity = options.EffectiveTransactionalId;
        error = fatal.Of(error);
        return error.Code switch
        {
            ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch
                or ErrorCode.TransactionCoordinatorFenced =>
                new KafkaFailureException(KafkaFailure.Fenced,
                    $"another producer took over the transactional identity '{identity}', or a transaction was open longer than " +
                    $"{options.TransactionTimeoutMs} ms (Kafka:TransactionTimeoutMs): give every worker its own Kafka:TransactionalId"),
            ErrorCode.TransactionalIdAuthorizationFailed => new KafkaFailureException(KafkaFailure.Unauthorised,
                $"this worker may not use the transactional identity '{identity}': grant its user WRITE and DESCRIBE on it"),
            _ => new KafkaFailureException(KafkaFailure.Fatal, $"{step} failed for good: {clients.Redact(error.Reason)} ({error.Code})"),
        };
    }
}
