using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Core.Tests.Support;
using Worker.Core.Windows;

namespace Worker.Core.Tests.Anomaly;

/// <summary>
/// Records of a reference that were damaged or made up: each is refused with the product's own message, or is good
/// enough to score with. Nothing else may happen, because a worker would read the same record again at every start.
/// </summary>
public class DamagedReferenceTests
{
    private static readonly FeatureLayout Layout = new(["mean", "layer2"], 4);
    private static readonly byte[] Whole = AnomalyFormat.Serialize(Reference());

    [Theory]
    [InlineData("channels", "[null]", "null or has no name")]
    [InlineData("channels", "[]", "no channel")]
    [InlineData("channels", "[{}]", "null or has no name")]
    [InlineData("channels", "null", "'channels' is missing")]
    [InlineData("channels[0].features", "[null]", "is null")]
    [InlineData("channels[0].features", "[]", "one feature")]
    [InlineData("channels[0].width", "2147483647", "whole rows")]
    [InlineData("channels[0].width", "2", "of 2 floats, its features have 4")]
    [InlineData("channels[0].width", "0", "no width")]
    [InlineData("channels[0].width", "99999999999", "damaged")]
    [InlineData("channels[0].neighbours", "1000", "damaged")]
    [InlineData("channels[0].threshold", "1e999", "damaged")]
    [InlineData("channels[0].excess", "0", "above 0")]
    [InlineData("channels[2].features", "[\"mean\"]", "of 8 floats, its features have 4")]
    [InlineData("tensors", "{}", "missing or not described")]
    [InlineData("tensors", "{\"scores\":null}", "missing or not described")]
    [InlineData("texts", "-1", "negative")]
    [InlineData("tensors.scores.count", "0", "no scores")]
    [InlineData("tensors.relative_mahalanobis/shrink.count", "0", "damaged")]
    [InlineData("tensors.relative_mahalanobis/centres.count", "3", "not centres")]
    [InlineData("tensors.local_outlier_factor/reaches.count", "3", "the same number of reaches and densities")]
    [InlineData("tensors.perplexity/times.count", "1", "do not belong together")]
    [InlineData("tensors.scores.offset", "2147483647", "should end at byte")]
    public void A_record_that_does_not_hold_together_is_refused_with_what_is_wrong(
        string field, string value, string said)
    {
        var header = Header();
        var parts = field.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Split('.');
        var parent = parts[..^1].Aggregate(
            (JsonNode)header, (node, part) => node is JsonArray list ? list[int.Parse(part)]! : node[part]!);
        parent[parts[^1]] = value == "1e999" ? null : JsonNode.Parse(value);
        var json = header.ToJsonString();
        if (value == "1e999")
            json = json.Replace("\"threshold\":null", "\"threshold\":1e999", StringComparison.Ordinal);
        var error = Assert.Throws<AnomalyRefusedException>(() => Use(With(json)));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_damaged_nothing_but_a_refusal_comes_out()
    {
        Use(Whole);
        var random = new Random(20261129);
        var refused = 0;
        for (var round = 0; round < 4000; round++)
        {
            var bytes = (round % 4) switch
            {
                0 => With(DamagedJson.Replaced(Header().ToJsonString(), random)),
                1 => With(DamagedJson.Garbled(Header().ToJsonString(), random)),
                2 => Flipped(Whole, random),
                _ => Whole[..random.Next(Whole.Length)],
            };
            try
            {
                Use(bytes);
            }
            catch (AnomalyRefusedException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 2000, 3999);
    }

    [Fact]
    public void Whatever_a_manifest_says_nothing_but_a_refusal_comes_out()
    {
        var manifest = AnomalyRollout.Split(Whole)[^1];
        var text = Encoding.UTF8.GetString(manifest.Value!);
        string[] made = ["", "null", "[]", "{\"hash\":\"\\ud800\"}", "{\"hash\":null,\"chunks\":1,\"bytes\":1}",
            text.Replace("\"chunks\":1", "\"chunks\":2147483647", StringComparison.Ordinal),
            text.Replace("\"bytes\":", "\"bytes\":9", StringComparison.Ordinal)];
        var random = new Random(1);
        foreach (var json in made.Concat(Enumerable.Range(0, 1000).Select(_ => DamagedJson.Garbled(text, random))))
        {
            var assembly = new AnomalyAssembly();
            try
            {
                foreach (var record in AnomalyRollout.Split(Whole).SkipLast(1))
                    assembly.Take(record.Key, record.Value);
                assembly.Take(manifest.Key, Encoding.UTF8.GetBytes(json));
            }
            catch (AnomalyRefusedException)
            {
                // Its purpose.
            }
        }
    }

    /// <summary>What a worker does with a record: read, check, score.</summary>
    private static void Use(byte[] bytes)
    {
        var reference = AnomalyFormat.Parse(bytes);
        reference.Check("e", Layout);
        using var tokens = new TokenWindow(2);
        for (var i = 0; i < 2; i++)
        {
            new[] { 1, 2, 7 }.CopyTo(tokens.Room(3));
            tokens.Add(3);
        }
        var texts = new AnomalyTexts(
            2, Layout, new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 1, 0, 0, 0 }, 0, Array.Empty<float>(), tokens);
        var scores = new float[2];
        AnomalyScorer.Scores(reference, texts, scores, new ParallelOptions());
        foreach (var score in scores)
            reference.Scores.PValue(score);
    }

    private static byte[] Flipped(byte[] bytes, Random random)
    {
        byte[] copy = [.. bytes];
        for (var i = random.Next(1, 6); i > 0; i--)
            copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
        return copy;
    }

    private static JsonObject Header()
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(Whole.AsSpan(8));
        return JsonNode.Parse(Whole.AsSpan(12, length))!.AsObject();
    }

    private static byte[] With(string header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(Whole.AsSpan(8));
        var json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = [.. Whole.AsSpan(0, 8), 0, 0, 0, 0, .. json, .. Whole.AsSpan(12 + length)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), json.Length);
        return bytes;
    }

    private static AnomalyReference Reference()
    {
        var random = new Random(7);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        var tail = EmpiricalTail.Of(Numbers(20));
        return new AnomalyReference
        {
            Encoder = "e",
            Texts = 9,
            Classes = 3,
            Scores = new ConformalScores([.. Numbers(20).Order()]),
            Channels =
            [
                new(new NeighbourChannel("mean", 4, [], Numbers(9 * 4), 3), tail),
                new(new OutlierFactorChannel("layer2", 4, Numbers(9 * 4), Numbers(9), Numbers(9), 3), tail),
                new(new MahalanobisChannel(["mean", "layer2"],
                    new RelativeMahalanobis(Numbers(2 * 8), Numbers(8), Numbers(3 * 2), Numbers(2))), tail),
                new(new ProbabilityChannel(), tail),
                new(new LengthChannel([1, 2, 3, 4, 5, 6]), tail),
                new(new PerplexityChannel(new TokenPairCounts([1, 2, 3], [4, 2, 1], [1, 2], [2, 3], [2, 1])), tail),
            ],
        };
    }
}
