using Worker.Core.Heads;
using Worker.Kafka.Groups;

namespace Worker.Heads;

/// <summary>A record of the heads topic about one label.</summary>
/// <param name="Label">The record's key.</param>
/// <param name="Head">Null for a tombstone, and for a record that is not a head.</param>
/// <param name="Problem">Why every worker refuses it; null for a head or a tombstone.</param>
/// <param name="Partition">Where it lies.</param>
/// <param name="Offset">Where it lies.</param>
/// <param name="Written">When it was published; null if the record does not say.</param>
internal sealed record HeadEntry(
    string Label, Head? Head, string? Problem, int Partition, long Offset, DateTimeOffset? Written)
{
    /// <summary>Whether it retires the label.</summary>
    public bool IsTombstone => Head is null && Problem is null;

    /// <summary>When it was published, for people.</summary>
    public string When => Moment(Written);

    /// <summary>Parses a record.</summary>
    /// <param name="label">The label that its key names.</param>
    public static HeadEntry Of(SourceRecord record, string label)
    {
        var (head, problem) = Read(label, record.Value);
        DateTimeOffset? written = record.TimestampMs < 0
            ? null
            : DateTimeOffset.FromUnixTimeMilliseconds(record.TimestampMs);
        return new HeadEntry(label, head, problem, record.Partition, record.Offset, written);
    }

    /// <summary>A moment in minutes, UTC; - for none.</summary>
    public static string Moment(DateTimeOffset? moment) =>
        moment is { } known ? $"{known.UtcDateTime:yyyy-MM-dd HH:mm}" : "-";

    private static (Head? Head, string? Problem) Read(string label, byte[]? value)
    {
        if (value is null)
            return (null, null);
        try
        {
            var head = HeadJson.Parse(value);
            return string.Equals(head.Label, label, StringComparison.Ordinal)
                ? (head, null)
                : (null, $"the head record is for label '{head.Label}': a head's key must be its label");
        }
        catch (HeadFormatException broken)
        {
            return (null, broken.Message);
        }
    }
}
