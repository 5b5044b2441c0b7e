using Worker.Core;

namespace Worker.Kafka.Clients;

/// <summary>
/// What went wrong between the worker and Kafka. With <see cref="FailureAction"/> this is the table of
/// docs/delivery.md; a test compares the two.
/// </summary>
public enum KafkaFailure
{
    /// <summary>A record is larger than the brokers take.</summary>
    RecordTooLarge,

    /// <summary>At-least-once: a record was not acknowledged in time; others of its window may have been.</summary>
    Undelivered,

    /// <summary>
    /// Exactly-once: the transaction was aborted; no read_committed reader sees anything of the window.
    /// </summary>
    TransactionAborted,

    /// <summary>Exactly-once: the transaction was open longer than its time limit, and the broker aborted it.</summary>
    TransactionTimedOut,

    /// <summary>Exactly-once: no broker said in time how the transaction ended.</summary>
    TransactionUnresolved,

    /// <summary>The producer is unusable, but a new one may work.</summary>
    ProducerBroken,

    /// <summary>Another producer took over the transactional identity.</summary>
    Fenced,

    /// <summary>A topic does not exist.</summary>
    TopicMissing,

    /// <summary>The broker refuses what this worker's user asks for.</summary>
    Unauthorised,

    /// <summary>At start no broker was reached, because TLS or the credentials do not fit.</summary>
    Handshake,

    /// <summary>The group's offset is gone and the policy is to stop.</summary>
    OffsetOutOfRange,

    /// <summary>The client library, or the broker, refuses the settings.</summary>
    Configuration,

    /// <summary>The client cannot go on.</summary>
    Fatal,
}

/// <summary>What the pipeline does about a <see cref="KafkaFailure"/>.</summary>
public enum FailureAction
{
    /// <summary>
    /// Put a dead letter in place of the record at <see cref="KafkaFailureException.RecordIndex"/> and publish the
    /// window again.
    /// </summary>
    DeadLetter,

    /// <summary>
    /// Drop the windows in flight; the reader already goes back to the committed offsets and reads on from there.
    /// </summary>
    Rewind,

    /// <summary>Stop the process with the message.</summary>
    Stop,
}

/// <summary>A failure from which the client library could not recover, and what to do about it.</summary>
public sealed class KafkaFailureException : UserFacingException
{
    public KafkaFailureException(KafkaFailure failure, string message, int recordIndex = -1)
        : base(message)
    {
        Failure = failure;
        RecordIndex = recordIndex;
    }

    public KafkaFailureException(KafkaFailure failure, string message, Exception inner)
        : base(message, inner)
    {
        Failure = failure;
        RecordIndex = -1;
    }

    public KafkaFailure Failure { get; }

    /// <summary>
    /// The index among the published records of the one that failed; -1 if the failure is not about a record.
    /// </summary>
    public int RecordIndex { get; }

    public FailureAction Action => ActionOf(Failure);

    /// <summary>
    /// Whether the failed producer is finished, so that only the broker knows what it did last. A fresh producer then
    /// ends what is open, and reading goes on from what the group has committed.
    /// </summary>
    internal bool EndsProducer =>
        Failure is KafkaFailure.TransactionTimedOut or KafkaFailure.TransactionUnresolved
            or KafkaFailure.ProducerBroken;

    /// <summary>What is done about a failure.</summary>
    public static FailureAction ActionOf(KafkaFailure failure) => failure switch
    {
        KafkaFailure.RecordTooLarge => FailureAction.DeadLetter,
        KafkaFailure.Undelivered or KafkaFailure.TransactionAborted or KafkaFailure.TransactionTimedOut
            or KafkaFailure.TransactionUnresolved or KafkaFailure.ProducerBroken => FailureAction.Rewind,
        _ => FailureAction.Stop,
    };
}
