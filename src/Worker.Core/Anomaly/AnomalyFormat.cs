using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;

namespace Worker.Core.Anomaly;

/// <summary>
/// The stored form of a reference: eight bytes "ANOMALY1", the header's length (int32, little-endian), the header
/// (JSON, see docs/contracts.md), then the tensors it names, little-endian. Banks are f16, all else f32.
/// </summary>
public static class AnomalyFormat
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "ANOMALY1"u8;

    /// <summary>The reference as bytes.</summary>
    public static byte[] Serialize(AnomalyReference reference)
    {
        var tensors = new TensorTable();
        var channels = reference.Channels.Select(scaled =>
        {
            var name = scaled.Channel.Name;
            tensors.Add(name + "/knots", scaled.Tail.Knots, TensorBlock.Single);
            var (width, neighbours) = Describe(scaled.Channel, tensors);
            return new ChannelRecord
            {
                Name = name,
                Features = scaled.Channel.Features,
                Width = width,
                Neighbours = neighbours,
                Threshold = scaled.Tail.Threshold,
                Excess = scaled.Tail.Excess,
            };
        }).ToList();
        tensors.Add("scores", reference.Scores.Ascending, TensorBlock.Single);
        var header = JsonSerializer.SerializeToUtf8Bytes(
            new AnomalyRecord
            {
                Format = Version,
                Encoder = reference.Encoder,
                Texts = reference.Texts,
                Classes = reference.Classes,
                Channels = channels,
                Tensors = tensors.Records,
            },
            AnomalyRecordContext.Default.AnomalyRecord);
        var bytes = new byte[Magic.Length + sizeof(int) + header.Length + tensors.Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Magic.Length), header.Length);
        header.CopyTo(bytes, Magic.Length + sizeof(int));
        tensors.Write(bytes.AsSpan(Magic.Length + sizeof(int) + header.Length));
        return bytes;
    }

    /// <summary>Reads a reference.</summary>
    /// <exception cref="AnomalyRefusedException">The bytes are not a reference, of a later format, or damaged; the
    /// message says which.</exception>
    public static AnomalyReference Parse(ReadOnlySpan<byte> bytes)
    {
        var start = Magic.Length + sizeof(int);
        if (bytes.Length < start || !bytes[..Magic.Length].SequenceEqual(Magic))
            throw new AnomalyRefusedException(
                "this is not an anomaly reference (its first bytes are not ANOMALY1): write one with 'worker train'");
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[Magic.Length..]);
        if (length < 0 || length > bytes.Length - start)
            throw Damaged($"its header should have {length} bytes");
        try
        {
            var record = JsonSerializer.Deserialize(bytes.Slice(start, length),
                AnomalyRecordContext.Default.AnomalyRecord) ?? throw Damaged("its header is null");
            if (record.Format != Version)
                throw new AnomalyRefusedException(
                    $"the anomaly reference has format {record.Format}, this version reads {Version}: train again or " +
                    "update the worker");
            return Read(
                record, new TensorTable(
                    record.Tensors ?? throw Damaged("'tensors' is missing"), bytes[(start + length)..].ToArray()));
        }
        catch (Exception broken)
            when (broken is JsonException or ArgumentException or ArithmeticException or InvalidOperationException)
        {
            throw new AnomalyRefusedException($"the anomaly reference is damaged: {broken.Message}", broken);
        }
    }

    private static (int? Width, int? Neighbours) Describe(IAnomalyChannel channel, TensorTable tensors)
    {
        switch (channel)
        {
            case NeighbourChannel neighbours:
                tensors.Add(channel.Name + "/directions", neighbours.Directions, TensorBlock.Single);
                tensors.Add(channel.Name + "/references", neighbours.References, TensorBlock.Half);
                return (neighbours.Width, neighbours.Neighbours);
            case OutlierFactorChannel factor:
                tensors.Add(channel.Name + "/references", factor.References, TensorBlock.Half);
                tensors.Add(channel.Name + "/reaches", factor.Reaches, TensorBlock.Single);
                tensors.Add(channel.Name + "/densities", factor.Densities, TensorBlock.Single);
                return (factor.Width, factor.Neighbours);
            case MahalanobisChannel mahalanobis:
                tensors.Add(channel.Name + "/projection", mahalanobis.Distance.Projection, TensorBlock.Single);
                tensors.Add(channel.Name + "/origin", mahalanobis.Distance.Origin, TensorBlock.Single);
                tensors.Add(channel.Name + "/centres", mahalanobis.Distance.Centres, TensorBlock.Single);
                tensors.Add(channel.Name + "/shrink", mahalanobis.Distance.Shrink, TensorBlock.Single);
                return (mahalanobis.Distance.Origin.Length, null);
            case LengthChannel length:
                tensors.Add(channel.Name + "/lengths", length.Lengths, TensorBlock.Single);
                return (null, null);
            case PerplexityChannel perplexity:
                tensors.Add(channel.Name + "/tokens", perplexity.Counts.Tokens, TensorBlock.Single);
                tensors.Add(channel.Name + "/times", perplexity.Counts.Times, TensorBlock.Single);
                tensors.Add(channel.Name + "/first", perplexity.Counts.First, TensorBlock.Single);
                tensors.Add(channel.Name + "/second", perplexity.Counts.Second, TensorBlock.Single);
                tensors.Add(channel.Name + "/pair_times", perplexity.Counts.PairTimes, TensorBlock.Single);
                return (null, null);
            default:
                return (null, null);
        }
    }

    private static AnomalyReference Read(AnomalyRecord record, TensorTable tensors)
    {
        ImmutableArray<ScaledChannel> channels =
            [.. (record.Channels ?? throw Damaged("'channels' is missing")).Select(channel =>
                Scaled(channel, tensors))];
        return new AnomalyReference
        {
            Encoder = record.Encoder ?? throw Damaged("'encoder' is missing"),
            Channels = channels.IsEmpty ? throw Damaged("it has no channel") : channels,
            Scores = new ConformalScores(tensors["scores"]),
            Texts = record.Texts is >= 0 and var texts ? texts : throw Damaged("'texts' is missing or negative"),
            Classes = record.Classes is >= 0 and var classes
                ? classes
                : throw Damaged("'classes' is missing or negative"),
        };
    }

    private static ScaledChannel Scaled(ChannelRecord? record, TensorTable tensors)
    {
        if (record?.Name is not { } name)
            throw Damaged("a channel is null or has no name");
        if (record.Features?.Any(feature => feature is null) == true)
            throw Damaged($"a feature of channel '{name}' is null");
        return new ScaledChannel(
            Channel(record, tensors),
            new EmpiricalTail(
                tensors[name + "/knots"], record.Threshold ?? throw Damaged("'threshold' is missing"),
                record.Excess ?? throw Damaged("'excess' is missing")));
    }

    private static IAnomalyChannel Channel(ChannelRecord record, TensorTable tensors)
    {
        var name = record.Name;
        return name switch
        {
            NeighbourChannel.ChannelName =>
                new NeighbourChannel(Feature(record), Width(record), tensors[name + "/directions"],
                tensors[name + "/references"], Neighbours(record)),
            OutlierFactorChannel.ChannelName =>
                new OutlierFactorChannel(Feature(record), Width(record), tensors[name + "/references"],
                tensors[name + "/reaches"], tensors[name + "/densities"], Neighbours(record)),
            MahalanobisChannel.ChannelName =>
                new MahalanobisChannel(record.Features ?? throw Damaged("'features' is missing"),
                new RelativeMahalanobis(tensors[name + "/projection"], tensors[name + "/origin"],
                    tensors[name + "/centres"], tensors[name + "/shrink"])),
            ProbabilityChannel.ChannelName => new ProbabilityChannel(),
            LengthChannel.ChannelName => new LengthChannel(tensors[name + "/lengths"]),
            PerplexityChannel.ChannelName => new PerplexityChannel(new TokenPairCounts(
                tensors[name + "/tokens"], tensors[name + "/times"], tensors[name + "/first"],
                tensors[name + "/second"], tensors[name + "/pair_times"])),
            _ => throw new AnomalyRefusedException(
                $"the anomaly reference has a channel '{name}', which this version does not know: train again or " +
                "update the worker"),
        };
    }

    private static string Feature(ChannelRecord record) =>
        record.Features is [var feature] ? feature : throw Damaged($"channel '{record.Name}' needs one feature");

    private static int Width(ChannelRecord record) =>
        record.Width is > 0 and var width ? width : throw Damaged($"channel '{record.Name}' has no width");

    private static int Neighbours(ChannelRecord record) =>
        record.Neighbours is > 0 and var neighbours
            ? neighbours
            : throw Damaged($"channel '{record.Name}' has no neighbours");

    private static AnomalyRefusedException Damaged(string how) =>
        new($"the anomaly reference is damaged ({how}): write it again with 'worker train'");
}
