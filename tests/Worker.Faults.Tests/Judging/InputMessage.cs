namespace Worker.Faults.Tests.Judging;

/// <summary>What is intentionally wrong with a message; the failure kind that it must lead to.</summary>
public enum Poison
{
    None,
    NullValue,
    InvalidUtf8,
    InvalidJson,
    MissingText,

    /// <summary>Not UTF-8, and so large that its dead letter has no room for the value.</summary>
    Oversize,
}

/// <summary>One message that the test sent.</summary>
public sealed class InputMessage
{
    /// <summary>Its identity, from 0; the header <c>id</c> carries it.</summary>
    public required int Id { get; init; }

    /// <summary>Null for a message without a key.</summary>
    public required string? Key { get; init; }

    /// <summary>Rises by one from message to message of a key.</summary>
    public required int Sequence { get; init; }

    public required Poison Poison { get; init; }

    /// <summary>When it was handed to the producer, in ms of the run.</summary>
    public required long SentMs { get; init; }

    /// <summary>When its acknowledgement arrived, in ms of the run; -1 before.</summary>
    public long AckedMs { get; set; } = -1;

    public override string ToString() => Key is null ? $"message {Id} (no key)" : $"message {Id} ({Key}:{Sequence})";
}

/// <summary>A message as the topic holds it. This is the input, not what the producer believes.</summary>
public readonly record struct SourceRecord(int Partition, long Offset, int Id);
