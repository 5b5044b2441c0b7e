using System.Text;
using Worker.Core.Anomaly;
using Worker.Core.Features;

namespace Worker.Core.Tests.Anomaly;

public class AnomalyRolloutTests
{
    private static readonly byte[] First = AnomalyFormat.Serialize(Reference("e", 60_000, seed: 1));
    private static readonly byte[] Second = AnomalyFormat.Serialize(Reference("e", 60_000, seed: 2));

    [Fact]
    public void A_reference_read_back_scores_as_the_one_written()
    {
        var read = AnomalyFormat.Parse(First);
        var written = Reference("e", 60_000, seed: 1);
        Assert.Equal(written.Channels.Select(c => c.Channel.Name), read.Channels.Select(c => c.Channel.Name));
        Assert.Equal(written.Scores.Ascending, read.Scores.Ascending);
        Assert.Equal((written.Texts, written.Classes, "e"), (read.Texts, read.Classes, read.Encoder));
        using var tokens = new Core.Windows.TokenWindow(3);
        for (var i = 0; i < 3; i++)
            tokens.Add(5);
        var texts = new AnomalyTexts(3, new FeatureLayout(["mean"], 4),
            new float[] { 1, 2, 3, 4, -1, 0, 2, 1, 0, 0, 0, 1 }, 0, Array.Empty<float>(), tokens);
        var (a, b) = (new float[3], new float[3]);
        var parallel = new ParallelOptions();
        AnomalyScorer.Scores(written, texts, a, parallel);
        AnomalyScorer.Scores(read, texts, b, parallel);
        for (var i = 0; i < 3; i++)
            Assert.Equal(a[i], b[i], 0.05 + 0.01 * Math.Abs(a[i]));
        var again = new float[3];
        AnomalyScorer.Scores(AnomalyFormat.Parse(AnomalyFormat.Serialize(read)), texts, again, parallel);
        Assert.Equal(b, again);
    }

    [Fact]
    public void Damaged_bytes_are_refused_with_what_is_wrong()
    {
        Assert.Contains("not an anomaly reference", Refused("hello, not it"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("damaged", Refused(First[..^100]), StringComparison.Ordinal);
        Assert.Contains("damaged", Refused(First[..40]), StringComparison.Ordinal);
        var other = Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(First).Replace("\"format\":1", "\"format\":7", StringComparison.Ordinal));
        Assert.Contains("format 7", Refused(other), StringComparison.Ordinal);

        static string Refused(byte[] bytes) =>
            Assert.Throws<AnomalyRefusedException>(() => AnomalyFormat.Parse(bytes)).Message;
    }

    [Fact]
    public void In_whatever_order_its_records_come_a_reference_is_taken_up_once_and_whole()
    {
        var records = AnomalyRollout.Split(First).ToArray();
        Assert.True(records.Length > 2, $"{records.Length} records");
        Assert.All(
            records, r => Assert.True(r.Value!.Length <= AnomalyRollout.ChunkBytes && AnomalyRollout.Owns(r.Key)));
        Assert.Empty(Testing.Contract.AnomalyManifest.Problems(records[^1].Value));
        for (var seed = 0; seed < 50; seed++)
        {
            new Random(seed).Shuffle(records);
            var assembly = new AnomalyAssembly();
            var taken = records.Concat(records).Select(r => assembly.Take(r.Key, r.Value)).OfType<AssembledReference>()
                .ToArray();
            Assert.Equal(First, Assert.Single(taken).Reference);
        }
    }

    [Fact]
    public void A_half_published_reference_changes_nothing_and_the_next_whole_one_counts()
    {
        var assembly = new AnomalyAssembly();
        Assert.Equal(First, Feed(assembly, AnomalyRollout.Split(First)).Single().Reference);
        // Without its manifest; then with it but a chunk short.
        Assert.Empty(Feed(assembly, AnomalyRollout.Split(Second).SkipLast(1)));
        var short_ = new AnomalyAssembly();
        Assert.Empty(Feed(short_, AnomalyRollout.Split(Second).Skip(1)));
        Assert.Equal(Second, Feed(assembly, AnomalyRollout.Split(Second).TakeLast(1)).Single().Reference);
        // Back to the first, after its chunks were cleared.
        var keys = AnomalyRollout.Split(First).Select(r => r.Key).ToArray();
        var hash = AnomalyRollout.HashOf(Second);
        Assert.Equal(keys.Length - 1, AnomalyRollout.Outdated(keys, hash).Count);
        Assert.Empty(Feed(assembly, AnomalyRollout.Outdated(keys, hash)));
        Assert.Equal(First, Feed(assembly, AnomalyRollout.Split(First)).Single().Reference);
        Assert.Null(Feed(assembly, [new RolloutRecord(AnomalyRollout.ManifestKey, null)]).Single().Reference);
    }

    [Fact]
    public void A_chunk_that_was_changed_on_the_way_is_refused()
    {
        var records = AnomalyRollout.Split(First).ToArray();
        records[0].Value![100] ^= 1;
        var assembly = new AnomalyAssembly();
        Feed(assembly, records.SkipLast(1));
        Assert.Contains(
            "hash", Assert.Throws<AnomalyRefusedException>(() =>
                assembly.Take(records[^1].Key, records[^1].Value)).Message, StringComparison.Ordinal);
        Assert.Throws<AnomalyRefusedException>(() => assembly.Take(AnomalyRollout.ManifestKey, "{}"u8.ToArray()));
        Assert.Throws<AnomalyRefusedException>(() => assembly.Take([0xFF, 1], [1]));
    }

    [Fact]
    public void No_label_can_have_the_key_of_an_anomaly_record()
    {
        Assert.Throws<DecoderFallbackException>(() =>
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(AnomalyRollout.ManifestKey));
        Assert.False(AnomalyRollout.Owns("anomaly"u8));
        Assert.False(AnomalyRollout.Owns("ÿ"u8));
        Assert.False(AnomalyRollout.Owns([]));
    }

    [Fact]
    public void A_reference_for_another_encoder_or_feature_is_refused_with_what_to_do()
    {
        var reference = Reference("3fa2", 10, 1);
        reference.Check("3fa2", new FeatureLayout(["mean"], 4));
        Assert.Contains(
            "train again", Assert.Throws<AnomalyRefusedException>(() =>
                reference.Check("91bc", new FeatureLayout(["mean"], 4))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Encoder:Features", Assert.Throws<AnomalyRefusedException>(() =>
                reference.Check("3fa2", new FeatureLayout(["cls"], 4))).Message, StringComparison.Ordinal);
    }

    private static List<AssembledReference> Feed(AnomalyAssembly assembly, IEnumerable<RolloutRecord> records) =>
        [.. records.Select(r => assembly.Take(r.Key, r.Value)).OfType<AssembledReference>()];

    private static AnomalyReference Reference(string encoder, int references, int seed)
    {
        var random = new Random(seed);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        var tail = EmpiricalTail.Of(Numbers(100));
        return new AnomalyReference
        {
            Encoder = encoder,
            Texts = references,
            Classes = 3,
            Scores = new ConformalScores([.. Numbers(100).Order()]),
            Channels =
            [
                new(new NeighbourChannel("mean", 4, [], Numbers(references * 4), 5), tail),
                new(new ProbabilityChannel(), tail),
                new(new MahalanobisChannel(
                    ["mean"], new RelativeMahalanobis(Numbers(2 * 4), Numbers(4), Numbers(3 * 2), Numbers(2))), tail),
                new(new OutlierFactorChannel(
                    "mean", 4, Numbers(references * 4), Numbers(references), Numbers(references), 5), tail),
                new(new LengthChannel([1, 2, 3, 4, 5, 6]), tail),
            ],
        };
    }
}
