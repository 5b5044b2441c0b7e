using Confluent.Kafka;
using Worker.Core.Health;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Produces the records of one window without waiting for each, and counts the acknowledgements. It is reused for every
/// window: one delivery handler, one message object (the client copies it before Produce returns).
/// </summary>
internal sealed class WindowDelivery : IDisposable
{
    private readonly IProducer<byte[]?, byte[]?> producer;
    private readonly TimeSpan timeLimit;
    private readonly Heartbeat heartbeat;
    private readonly Action<DeliveryReport<byte[]?, byte[]?>> handler;
    private readonly Message<byte[]?, byte[]?> message = new();
    private readonly Lock gate = new();
    private readonly List<Refused> failed = [];
    private readonly ManualResetEventSlim progress = new();
    private readonly WrittenPlaces places = new();
    private int pending;
    private volatile bool wantsRoom;

    /// <param name="producer">The producer to write with.</param>
    /// <param name="timeLimit">After this time the client gives up on a record.</param>
    /// <param name="heartbeat">The heartbeat of the thread that will wait.</param>
    public WindowDelivery(IProducer<byte[]?, byte[]?> producer, TimeSpan timeLimit, Heartbeat heartbeat)
    {
        (this.producer, this.timeLimit, this.heartbeat) = (producer, timeLimit, heartbeat);
        handler = report => Delivered(report, index: null);
    }

    /// <summary>Whether a record was refused or not acknowledged in time.</summary>
    public bool HasFailed
    {
        get
        {
            lock (gate)
                return failed.Count > 0;
        }
    }

    /// <summary>
    /// Where the acknowledged records of the window are, once all have been reported (<see cref="AwaitAll"/>).
    /// </summary>
    public IReadOnlyDictionary<TopicPartition, OffsetSpan> Places() => places.ToDictionary();

    /// <summary>Hands every record to the client, in order; stops early once one has failed.</summary>
    /// <param name="records">The records to write.</param>
    /// <param name="routes">Where records without a key go; null for any partition.</param>
    /// <param name="index">Receives how many were handed over.</param>
    /// <param name="stop">Stops handing over.</param>
    /// <exception cref="ProduceException{TKey,TValue}">The client refused a record; <paramref name="index"/> is its
    /// index.</exception>
    public void Produce(
        IReadOnlyList<OutgoingRecord> records, KeylessRoutes? routes, out int index, CancellationToken stop)
    {
        lock (gate)
            failed.Clear();
        places.Clear();
        using var producing = heartbeat.Enter("handing records to the client library", timeLimit);
        for (index = 0; index < records.Count && !HasFailed; index++)
        {
            var record = records[index];
            Produce(record, index, routes?.Of(record) ?? KeylessRoutes.Own(record), stop);
        }
    }

    /// <summary>Waits until every record handed over was acknowledged or has failed.</summary>
    public void AwaitAll(CancellationToken stop)
    {
        using var waiting = heartbeat.Enter("waiting for acknowledgements", timeLimit);
        while (Volatile.Read(ref pending) > 0)
        {
            progress.Reset();
            if (Volatile.Read(ref pending) > 0)
                progress.Wait(stop);
        }
    }

    /// <summary>
    /// The most important failure and the index of its record: the largest of those too large, otherwise the first.
    /// </summary>
    public (Error Error, int Index) Failure(IReadOnlyList<OutgoingRecord> records)
    {
        lock (gate)
        {
            var worst = failed[0];
            foreach (var candidate in failed)
                if (IsTooLarge(candidate.Error.Code) &&
                    (!IsTooLarge(worst.Error.Code) || (candidate.Value?.Length ?? 0) > (worst.Value?.Length ?? 0)))
                    worst = candidate;
            for (var i = 0; i < records.Count; i++)
                if (worst.IsOf(records[i], i))
                    return (worst.Error, i);
            return (worst.Error, -1);
        }
    }

    /// <summary>
    /// After a failure: the indices of the records that are not, or not certainly, in Kafka. Records that share one
    /// value cannot be told apart; they all count as missing if one of them is.
    /// </summary>
    /// <param name="handedOver">How many of the records were handed to the client.</param>
    public List<int> Missing(IReadOnlyList<OutgoingRecord> records, int handedOver)
    {
        var missing = new List<int>();
        lock (gate)
        {
            var values = new HashSet<object>(ReferenceEqualityComparer.Instance);
            var indices = new HashSet<int>();
            foreach (var (_, value, index) in failed)
                if (index is { } known)
                    indices.Add(known);
                else
                    values.Add(value!);
            for (var i = 0; i < records.Count; i++)
                if (i >= handedOver || indices.Contains(i)
                    || (!IsEmpty(records[i]) && values.Contains(records[i].Value!)))
                    missing.Add(i);
        }
        return missing;
    }

    public static bool IsTooLarge(ErrorCode code) => code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge;

    public void Dispose() => progress.Dispose();

    private Action<DeliveryReport<byte[]?, byte[]?>> ReportOf(int index) => report => Delivered(report, index);

    private static bool IsEmpty(in OutgoingRecord record) => record.Value is null or { Length: 0 };

    private void Produce(in OutgoingRecord record, int index, Partition partition, CancellationToken stop)
    {
        // A report contains the value that was sent, which identifies the record, unless the record has no value.
        var report = IsEmpty(record) ? ReportOf(index) : handler;
        var to = new TopicPartition(record.Topic, partition);
        message.Key = record.Key;
        message.Value = record.Value;
        message.Headers = ToHeaders(record.Headers);
        message.Timestamp = record.TimestampMs is { } at
            ? new Timestamp(at, TimestampType.CreateTime)
            : Timestamp.Default;
        while (true)
        {
            Interlocked.Increment(ref pending);
            try
            {
                producer.Produce(to, message, report);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                // The client's queue is full; the next acknowledgement makes room.
                Interlocked.Decrement(ref pending);
                wantsRoom = true;
                progress.Reset();
                progress.Wait(TimeSpan.FromMilliseconds(100), stop);
                wantsRoom = false;
            }
            catch
            {
                Interlocked.Decrement(ref pending);
                throw;
            }
        }
    }

    private void Delivered(DeliveryReport<byte[]?, byte[]?> report, int? index)
    {
        if (report.Error.IsError)
            lock (gate)
                failed.Add(new Refused(report.Error, report.Message.Value, index));
        else
            places.Add(report.TopicPartitionOffset);
        // Waking at every report, a hundred thousand times per second, would cost more than the counting.
        if (Interlocked.Decrement(ref pending) == 0 || wantsRoom)
            progress.Set();
    }

    private static Headers? ToHeaders(RecordHeader[]? headers)
    {
        if (headers is null || headers.Length == 0)
            return null;
        var all = new Headers();
        foreach (var (name, value) in headers)
            all.Add(name, value);
        return all;
    }

    /// <summary>A record that was refused.</summary>
    /// <param name="Error">Why.</param>
    /// <param name="Value">What was sent.</param>
    /// <param name="Index">Its index among the window's records; null if its value identifies it.</param>
    private readonly record struct Refused(Error Error, byte[]? Value, int? Index)
    {
        public bool IsOf(in OutgoingRecord record, int index) =>
            Index is { } known ? known == index : ReferenceEquals(record.Value, Value);
    }
}
