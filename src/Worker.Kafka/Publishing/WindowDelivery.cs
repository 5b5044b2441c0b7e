using Confluent.Kafka;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Publishing;

/// <summary>
/// Produces the records of one window without waiting for each, and counts the acknowledgements. Reused window after
/// window: one delivery handler, one message object (the client copies it before Produce returns).
/// </summary>
internal sealed class WindowDelivery : IDisposable
{
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly Action<DeliveryReport<byte[]?, byte[]?>> _handler;
    private readonly Message<byte[]?, byte[]?> _message = new();
    private readonly Lock _gate = new();
    private readonly List<(Error Error, byte[]? Value)> _failed = [];
    private readonly ManualResetEventSlim _progress = new();
    private int _pending;

    public WindowDelivery(IProducer<byte[]?, byte[]?> producer)
    {
        _producer = producer;
        _handler = Delivered;
    }

    /// <summary>Whether a record was refused or not acknowledged in time.</summary>
    public bool HasFailed
    {
        get
        {
            lock (_gate)
                return _failed.Count > 0;
        }
    }

    /// <summary>Hands every record to the client, in order; stops early once one has failed.</summary>
    /// <exception cref="ProduceException{TKey,TValue}">The client refused a record; <paramref name="index"/> is its index.</exception>
    public void Produce(IReadOnlyList<OutgoingRecord> records, out int index, CancellationToken stop)
    {
        lock (_gate)
            _failed.Clear();
        for (index = 0; index < records.Count && !HasFailed; index++)
            Produce(records[index], stop);
    }

    /// <summary>Waits until every record handed over was acknowledged or has failed.</summary>
    public void AwaitAll(CancellationToken stop)
    {
        while (Volatile.Read(ref _pending) > 0)
        {
            _progress.Reset();
            if (Volatile.Read(ref _pending) > 0)
                _progress.Wait(stop);
        }
    }

    /// <summary>The failure that matters most and the index of its record: among those too large the largest, else the first.</summary>
    public (Error Error, int Index) Failure(IReadOnlyList<OutgoingRecord> records)
    {
        lock (_gate)
        {
            var (error, value) = _failed[0];
            foreach (var candidate in _failed)
                if (IsTooLarge(candidate.Error.Code) &&
                    (!IsTooLarge(error.Code) || (candidate.Value?.Length ?? 0) > (value?.Length ?? 0)))
                    (error, value) = candidate;
            for (var i = 0; i < records.Count; i++)
                if (ReferenceEquals(records[i].Value, value))
                    return (error, i);
            return (error, -1);
        }
    }

    public static bool IsTooLarge(ErrorCode code) => code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge;

    public void Dispose() => _progress.Dispose();

    private void Produce(in OutgoingRecord record, CancellationToken stop)
    {
        _message.Key = record.Key;
        _message.Value = record.Value;
        _message.Headers = ToHeaders(record.Headers);
        _message.Timestamp = record.TimestampMs is { } at ? new Timestamp(at, TimestampType.CreateTime) : Timestamp.Default;
        while (true)
        {
            _progress.Reset();
            Interlocked.Increment(ref _pending);
            try
            {
                _producer.Produce(record.Topic, _message, _handler);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                // The client's queue is full: room comes with the next acknowledgement.
                Interlocked.Decrement(ref _pending);
                _progress.Wait(TimeSpan.FromMilliseconds(100), stop);
            }
            catch
            {
                Interlocked.Decrement(ref _pending);
                throw;
            }
        }
    }

    private void Delivered(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
            lock (_gate)
                _failed.Add((report.Error, report.Message.Value));
        Interlocked.Decrement(ref _pending);
        _progress.Set();
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
}
