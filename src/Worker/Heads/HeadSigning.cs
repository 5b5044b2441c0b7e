using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;

namespace Worker.Heads;

/// <summary>
/// What is to be signed on the heads topic: the last record of each key that the first signing key did not sign.
/// </summary>
/// <param name="Older">Signed with another accepted key.</param>
/// <param name="Refused">Without a signature that counts; workers do not use them.</param>
/// <param name="Current">How many records need nothing.</param>
internal sealed record HeadSigning(IReadOnlyList<SourceRecord> Older, IReadOnlyList<SourceRecord> Refused, int Current)
{
    /// <summary>Reads the topic from its beginning to the end it has now.</summary>
    /// <exception cref="Kafka.Clients.KafkaFailureException">No broker answers, or the topic is not there or may not be
    /// read.</exception>
    public static Task<HeadSigning> Read(KafkaOptions options, CancellationToken stop) =>
        HeadsScan.Read(options, records => Of(records, new HeadSignatures(options)), stop);

    /// <summary>Of the records of a topic, those of each key in their order.</summary>
    public static HeadSigning Of(IEnumerable<SourceRecord> records, HeadSignatures signatures)
    {
        var last = new SortedDictionary<string, SourceRecord>(StringComparer.Ordinal);
        foreach (var record in records)
            if (record.Key is not null)
                last[Convert.ToHexString(record.Key)] = record;
        var states = last.Values.ToLookup(signatures.Check);
        return new HeadSigning(
            [.. states[SignatureState.Older]], [.. states[SignatureState.Missing], .. states[SignatureState.Wrong]],
            states[SignatureState.Current].Count());
    }

    /// <summary>
    /// Publishes records again as they are, signed. The manifest of an anomaly reference comes after its chunks.
    /// </summary>
    /// <exception cref="Kafka.Clients.KafkaFailureException">A record was not acknowledged; sign again.</exception>
    public static async Task Sign(HeadsTopicWriter topic, IReadOnlyList<SourceRecord> records, CancellationToken stop)
    {
        foreach (var together in records.GroupBy(IsManifest).OrderBy(group => group.Key))
            await Task.WhenAll(together.Select(record =>
                topic.PublishAsync(record.Key!, record.Value, $"the record of {Name(record)}", stop)));
    }

    /// <summary>What a record is about.</summary>
    public static string Name(SourceRecord record)
    {
        var (label, role) = HeadKey.Read(record.Key);
        return AnomalyRollout.Owns(record.Key) ? "the anomaly reference"
            : (role == HeadRole.InUse ? "" : "the ") + HeadKey.Words(label, role);
    }

    private static bool IsManifest(SourceRecord record) =>
        record.Key.AsSpan().SequenceEqual(AnomalyRollout.ManifestKey);
}
