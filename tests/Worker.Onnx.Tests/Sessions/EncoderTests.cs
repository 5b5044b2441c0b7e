using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Tests.Sessions;

public class EncoderTests(ImportedModels models)
{
    private static readonly GoldenText[] Texts = GoldenText.Read("bert-tiny");

    [Fact]
    public void A_texts_features_depend_on_neither_order_nor_padding_nor_company()
    {
        using var encoder = Open("mean", "cls", "layer2");
        var alone = encoder.Encode([.. Texts.Select(t => t.Ids)], batch: 1);
        Check.One(Config.QuickThrowOnFailure,
            Prop.ForAll(Gen.Choose(0, Texts.Length - 1).NonEmptyListOf().ToArbitrary(), chosen =>
        {
            var picked = chosen.ToArray();
            var rows = encoder.Run([.. picked.Select(i => Texts[i].Ids)], HeadMatrix.None(encoder.Features)).Features;
            Assert.All(
                picked.Zip(rows), pair =>
                    Assert.InRange(EncoderCalls.Distance(pair.Second, alone[pair.First]), 0, 1e-5f));
        }));
    }

    [Fact]
    public void Other_heads_give_other_logits_and_the_same_features()
    {
        using var encoder = Open("mean", "layer1");
        var texts = Texts[..5].Select(t => t.Ids).ToArray();
        var (features, logits) = encoder.Run(texts, encoder.RandomHeads(labels: 3, seed: 1));
        var (featuresAfter, logitsAfter) = encoder.Run(texts, encoder.RandomHeads(labels: 3, seed: 2));
        var (_, logitsAgain) = encoder.Run(texts, encoder.RandomHeads(labels: 3, seed: 1));
        Assert.Equal(features, featuresAfter);
        Assert.Equal(logits, logitsAgain);
        Assert.All(logits.Zip(logitsAfter), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public void Logits_are_features_times_weights_plus_bias(int labels)
    {
        using var encoder = Open("cls", "mean");
        var heads = encoder.RandomHeads(labels, seed: 3);
        var (features, logits) = encoder.Run([.. Texts[..6].Select(t => t.Ids)], heads);
        foreach (var (row, scored) in features.Zip(logits))
            for (var label = 0; label < labels; label++)
            {
                var expected = (double)heads.Bias[label];
                for (var i = 0; i < row.Length; i++)
                    expected += (double)row[i] * heads.Weights[i * labels + label];
                Assert.InRange(Math.Abs(scored[label] - expected), 0, 1e-4);
            }
    }

    [Fact]
    public void Either_output_may_be_left_out_and_there_may_be_no_heads()
    {
        using var encoder = Open("mean");
        var heads = encoder.RandomHeads(labels: 2, seed: 4);
        var (ids, lengths) = EncoderCalls.Pack([Texts[0].Ids, Texts[1].Ids]);
        var (features, logits) = encoder.Run([Texts[0].Ids, Texts[1].Ids], heads);

        var featuresOnly = new float[2 * encoder.Features.Width];
        encoder.Run(new MicroBatch(ids, lengths), heads, featuresOnly, []);
        Assert.Equal(features.SelectMany(f => f), featuresOnly);
        var logitsOnly = new float[2 * 2];
        encoder.Run(new MicroBatch(ids, lengths), heads, [], logitsOnly);
        Assert.Equal(logits.SelectMany(l => l), logitsOnly);
        var headless = new float[2 * encoder.Features.Width];
        encoder.Run(new MicroBatch(ids, lengths), HeadMatrix.None(encoder.Features), headless, []);
        Assert.Equal(featuresOnly, headless);
        encoder.Run(new MicroBatch(ids, lengths), heads, [], []);
        encoder.Run(new MicroBatch([], []), heads, [], []);
    }

    [Fact]
    public void A_run_writes_only_what_its_caller_gave_it()
    {
        using var encoder = Open("mean");
        var heads = encoder.RandomHeads(labels: 2, seed: 5);
        var first = new float[encoder.Features.Width + 2];
        encoder.Run(
            new MicroBatch(Texts[0].Ids, [Texts[0].Ids.Length]), heads, first.AsSpan(1, encoder.Features.Width), []);
        Assert.Equal(0, first[0]);
        Assert.Equal(0, first[^1]);
        var kept = first.ToArray();
        encoder.Run(new MicroBatch(Texts[1].Ids, [Texts[1].Ids.Length]), heads, [], new float[2]);
        Assert.Equal(kept, first);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_the_encoder_goes_on()
    {
        using var encoder = Open("mean");
        var none = HeadMatrix.None(encoder.Features);
        var row = new float[encoder.Features.Width];
        AssertRefused("65 tokens", () => encoder.Run(new MicroBatch(new int[65], [65]), none, row, []));
        AssertRefused("0 tokens", () => encoder.Run(new MicroBatch([], [0]), none, row, []));
        AssertRefused("3 tokens", () => encoder.Run(new MicroBatch([2, 3], [3]), none, row, []));
        AssertRefused("id 4005", () => encoder.Run(new MicroBatch([2, 4005, 3], [3]), none, row, []));
        AssertRefused("id -1", () => encoder.Run(new MicroBatch([2, -1, 3], [3]), none, row, []));
        AssertRefused("features", () => encoder.Run(new MicroBatch([2, 3], [2]), none, row.AsSpan(1).ToArray(), []));
        AssertRefused("logits", () => encoder.Run(new MicroBatch([2, 3], [2]), none, row, new float[1]));
        AssertRefused(
            "heads", () =>
                encoder.Run(new MicroBatch([2, 3], [2]), HeadMatrix.None(new FeatureLayout(["mean"], 7)), row, []));
        Assert.Throws<InvalidOperationException>(() => encoder.Score(new MicroBatch([2, 3], [2]), row));

        encoder.Run(new MicroBatch(Texts[0].Ids, [Texts[0].Ids.Length]), none, row, []);
        Assert.InRange(EncoderCalls.Distance(row, Texts[0].Feature("mean")), 0, 1e-4f);

        static void AssertRefused(string named, Action call) =>
            Assert.Contains(named, Assert.Throws<ArgumentException>(call).Message);
    }

    [Fact]
    public void Lanes_run_side_by_side_and_give_what_one_gives()
    {
        using var one = Open("mean");
        using var encoder = EncoderFactory.Create(
            models["bert-tiny"], new EncoderOptions { Device = Device.Cpu, Threads = 3, Features = ["mean"] });
        Assert.Equal((1, 3), (one.Lanes, encoder.Lanes));
        var heads = one.RandomHeads(labels: 7, seed: 8);
        var expected = one.Run([.. Texts[..9].Select(t => t.Ids)], heads);
        using var together = new Barrier(3);
        Parallel.For(0, 3, new ParallelOptions { MaxDegreeOfParallelism = 3 }, lane =>
        {
            var texts = Texts[(3 * lane)..(3 * lane + 3)].Select(t => t.Ids).ToArray();
            together.SignalAndWait(TimeSpan.FromSeconds(10));
            for (var repeat = 0; repeat < 50; repeat++)
            {
                var (features, logits) = encoder.Run(texts, heads);
                for (var i = 0; i < 3; i++)
                {
                    Assert.InRange(EncoderCalls.Distance(features[i], expected.Features[3 * lane + i]), 0, 1e-5f);
                    Assert.InRange(EncoderCalls.Distance(logits[i], expected.Logits[3 * lane + i]), 0, 1e-5f);
                }
            }
        });
    }

    [Fact]
    public void A_run_allocates_next_to_nothing()
    {
        using var encoder = Open("mean");
        var heads = encoder.RandomHeads(labels: 20, seed: 6);
        var (ids, lengths) = EncoderCalls.Pack([.. Texts[..16].Select(t => t.Ids)]);
        var features = new float[16 * encoder.Features.Width];
        var logits = new float[16 * 20];
        for (var i = 0; i < 5; i++)
            encoder.Run(new MicroBatch(ids, lengths), heads, features, logits);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            encoder.Run(new MicroBatch(ids, lengths), heads, features, logits);
        // The four tensors' handles and the runtime binding's own strings.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 1024);
    }

    private Encoder Open(params string[] features) =>
        EncoderFactory.Create(
            models["bert-tiny"], new EncoderOptions { Device = Device.Cpu, Threads = 1, Features = features });
}
