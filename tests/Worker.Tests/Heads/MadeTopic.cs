using System.Text;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Kafka.Groups;

namespace Worker.Tests.Heads;

/// <summary>Heads, and a heads topic with a test's own records, one per minute.</summary>
internal static class MadeTopic
{
    public const string Encoder = "182ab7f2c0ffee00182ab7f2c0ffee00";
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public static Head Head(string label, int version = 1, float bias = 0) =>
        new() { Label = label, Version = version, Encoder = Encoder, Feature = "mean", Weights = [3, 4], Bias = bias };

    /// <summary>A record that retires the label.</summary>
    public static (string Label, byte[]? Value) Gone(string label) => (label, null);

    public static (string Label, byte[]? Value) Record(Head head) => (head.Label, HeadJson.Serialize(head));

    public static TopicHeads Of(params Head[] heads) => Of(null, [.. heads.Select(Record)]);

    public static TopicHeads Of(string? followed, params (string Label, byte[]? Value)[] records)
    {
        var topic = new TopicHeads("heads", followed);
        foreach (var (offset, (label, value)) in records.Index())
            Take(topic, Encoding.UTF8.GetBytes(label), value, offset);
        return topic;
    }

    public static void Take(TopicHeads topic, byte[] key, byte[]? value, long offset = 1000) =>
        topic.Take(new SourceRecord
        {
            Topic = "heads",
            Partition = 0,
            Offset = offset,
            Key = key,
            Value = value,
            Headers = [],
            TimestampMs = Start.AddMinutes(offset).ToUnixTimeMilliseconds(),
        });
}
