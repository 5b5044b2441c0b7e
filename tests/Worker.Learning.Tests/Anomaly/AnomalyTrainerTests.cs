using System.Numerics.Tensors;
using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Core.Numerics;
using Worker.Core.Windows;
using Worker.Learning.Anomaly;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Tests.Anomaly;

public class AnomalyTrainerTests
{
    private const int Hidden = 12;
    private static readonly FeatureLayout Layout = new(["layer1", "layer2", "mean"], Hidden, 3);
    private static readonly ParallelOptions TwoThreads = new() { MaxDegreeOfParallelism = 2 };

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void Known_texts_are_flagged_at_the_rate_of_alpha_and_strangers_nearly_always(int classes)
    {
        using var train = new Clusters(600, classes, seed: 1);
        using var test = new Clusters(2000, classes, seed: 2);
        using var strangers = new Clusters(300, classes, seed: 3, away: true);
        var reference = AnomalyTrainer.Train(train.Texts, train.Data, "e", 3, null,
            new AnomalyTrainingOptions { References = 300 }, TestContext.Current.CancellationToken);
        Assert.Equal(classes, reference.Classes);
        Assert.Equal(600, reference.Scores.Ascending.Length);
        var metrics = AnomalyMetrics.Of(
            reference, ChannelValues.Of(reference, test.Texts), ChannelValues.Of(reference, strangers.Texts));
        Assert.InRange(metrics.KnownFlagged, 0.02, 0.08);
        Assert.True(metrics.UnknownFlagged > 0.9, $"{metrics.UnknownFlagged}");
        Assert.True(metrics.Together.Auroc > 0.97, $"{metrics.Together}");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void Copies_of_a_text_do_not_make_fresh_texts_look_strange(int classes)
    {
        // Every held-out text would be near its copy, and fresh texts would be flagged at many times the rate.
        using var train = new Clusters(1000, classes, seed: 1, copies: 5);
        using var test = new Clusters(2000, classes, seed: 2);
        using var strangers = new Clusters(100, classes, seed: 3, away: true);
        var reference = AnomalyTrainer.Train(train.Texts, train.Data, "e", 3, null,
            new AnomalyTrainingOptions { References = 1000 }, TestContext.Current.CancellationToken);
        Assert.Equal(200, reference.Scores.Ascending.Length);
        Assert.InRange(AnomalyMetrics.Of(reference, ChannelValues.Of(reference, test.Texts),
            ChannelValues.Of(reference, strangers.Texts)).KnownFlagged, 0.01, 0.12);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void Perplexity_is_a_channel_where_it_is_asked_for(int classes)
    {
        using var train = new Clusters(200, classes, seed: 1);
        var reference = AnomalyTrainer.Train(train.Texts, train.Data, "e", 3, null,
            new AnomalyTrainingOptions { References = 100, Perplexity = true }, TestContext.Current.CancellationToken);
        Assert.Contains(PerplexityChannel.ChannelName, reference.Channels.Select(scaled => scaled.Channel.Name));
        Assert.DoesNotContain(PerplexityChannel.ChannelName,
            AnomalyTrainer.Train(train.Texts, train.Data, "e", 3, null, new AnomalyTrainingOptions { References = 100 },
                TestContext.Current.CancellationToken).Channels.Select(scaled => scaled.Channel.Name));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void A_class_of_few_texts_leaves_a_reference_of_the_channels_that_every_fold_gives(int rare)
    {
        // Only some folds give 'probability'; with one rare text, the same is true of the distance between classes.
        using var train = new Clusters(60, 2, seed: 1, rare: rare);
        var calls = 0;
        var reference = AnomalyTrainer.Train(train.Texts, train.Data, "e", 3,
            (_, held) => calls++ == 2 ? [] : new float[held.Length], new AnomalyTrainingOptions { References = 100 },
            TestContext.Current.CancellationToken);
        Assert.Equal(5, calls);
        Assert.Equal(60, reference.Scores.Ascending.Length);
        var names = reference.Channels.Select(scaled => scaled.Channel.Name).ToArray();
        Assert.Equal(rare == 1 ? 1 : 2, names.Length);
        Assert.DoesNotContain(ProbabilityChannel.ChannelName, names);
        Assert.Equal(
            reference.Scores.Ascending, AnomalyFormat.Parse(AnomalyFormat.Serialize(reference)).Scores.Ascending);
    }

    [Fact]
    public void The_same_seed_makes_the_same_reference_and_too_few_texts_make_none()
    {
        using var train = new Clusters(300, 3, seed: 1);
        byte[] Bytes() =>
            AnomalyFormat.Serialize(
                AnomalyTrainer.Train(train.Texts, train.Data, "e", 3, null,
                new AnomalyTrainingOptions { References = 100, Seed = 5 }, CancellationToken.None));
        Assert.Equal(Bytes(), Bytes());
        using var few = new Clusters(20, 2, seed: 1);
        Assert.Contains("40", Assert.Throws<AnomalyTrainingException>(() =>
            AnomalyTrainer.Train(few.Texts, few.Data, "e", 3, null, new AnomalyTrainingOptions(),
                CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_distance_in_few_directions_is_the_one_that_the_formula_gives_in_all()
    {
        using var set = new Clusters(400, 4, seed: 1);
        var features = new FeatureMatrix(set.Texts.Gather(["mean"]), Hidden);
        var rows = Enumerable.Range(0, 400).ToArray();
        var classes = TextClasses.From(set.Data);
        var fitted = DiscriminantFit.Fit(features, rows, classes.Of, classes.Count, TwoThreads)!;
        Assert.Equal(3, fitted.Shrink.Length);
        var distances = new float[400];
        fitted.Score(set.Texts.Gather(["mean"]), 400, distances, TwoThreads);

        var (means, sizes) = DiscriminantFit.Means(features, rows, classes.Of, classes.Count);
        var origin = DiscriminantFit.Origin(means, sizes, 400, Hidden);
        double[] Within() => DiscriminantFit.Within(features, rows, origin, means, sizes, TwoThreads);
        var shared = new CholeskyFactor(Within(), Hidden);
        var total = Within();
        for (var c = 0; c < classes.Count; c++)
            for (var i = 0; i < Hidden; i++)
                for (var j = 0; j <= i; j++)
                    total[i * Hidden + j] += sizes[c] / 400.0 * (means[c * Hidden + i] - origin[i]) * (
                        means[c * Hidden + j] - origin[j]);
        var background = new CholeskyFactor(total, Hidden);
        for (var row = 0; row < 400; row++)
        {
            var x = features.Row(row).ToArray().Select(v => (double)v).ToArray();
            var nearest = Enumerable.Range(0, classes.Count).Min(c =>
                Distance(shared, x, means[(c * Hidden)..((c + 1) * Hidden)]));
            Assert.Equal(nearest - Distance(background, x, origin), distances[row], 1e-2);
        }
    }

    [Fact]
    public void Rare_combinations_of_labels_fall_to_their_rarest_label_and_then_to_the_rest()
    {
        LabelledText[] texts =
        [
            .. Enumerable.Repeat(Text("a"), 20), .. Enumerable.Repeat(Text("b"), 12), .. Enumerable.Repeat(
                Text("a", "b"), 3), .. Enumerable.Repeat(Text("c"), 2), Text(),
        ];
        var classes = TextClasses.From(DataSet.From(texts, "x"));
        Assert.Equal(4, classes.Count);
        Assert.Single(classes.Of[..20].Distinct());
        Assert.Single(classes.Of[20..32].Distinct());
        Assert.Single(classes.Of[32..35].Distinct());
        Assert.NotEqual(classes.Of[20], classes.Of[32]);
        Assert.Single(classes.Of[35..].Distinct());

        static LabelledText Text(params string[] labels) =>
            new("t", labels.ToDictionary(l => l, _ => true, StringComparer.Ordinal), Closed: true);
    }

    [Fact]
    public void Large_classes_are_cut_first_and_what_is_kept_is_spread_out()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 200 * 2).Select(_ => (float)random.NextDouble()).ToArray();
        var classes = Enumerable.Range(0, 200).Select(i => i < 190 ? 0 : 1).ToArray();
        var kept = ReferenceBanks.Thin(
            new FeatureMatrix(values, 2), [.. Enumerable.Range(0, 200)], classes, 50, new Random(1), TwoThreads);
        Assert.Equal(50, kept.Distinct().Count());
        Assert.Equal(10, kept.Count(row => row >= 190));
        Assert.Equal(kept.Order(), kept);
    }

    [Fact]
    public void Separation_counts_known_texts_above_what_95_percent_of_the_unknown_reach()
    {
        var known = Enumerable.Range(0, 100).Select(i => (float)i).ToArray();
        var unlike = Enumerable.Range(0, 20).Select(i => i == 0 ? 0 : 89.5f + i).ToArray();
        var metrics = SeparationMetrics.Of(known, unlike);
        Assert.Equal(0.09, metrics.Fpr95, 1e-9);
        Assert.Throws<ArgumentException>(() => SeparationMetrics.Of([], unlike));
    }

    private static double Distance(CholeskyFactor factor, double[] x, double[] centre)
    {
        var away = x.Zip(centre, (a, b) => a - b).ToArray();
        factor.SolveLower(away);
        return TensorPrimitives.SumOfSquares<double>(away);
    }

    /// <summary>Texts in Gaussian clusters, one per label; unknown texts are elsewhere.</summary>
    private sealed class Clusters : IDisposable
    {
        private readonly TokenWindow tokens;

        public Clusters(int count, int classes, int seed, bool away = false, int copies = 1, int? rare = null)
        {
            var centres = new Random(99);
            var where = Enumerable.Range(0, classes + 1).Select(_ =>
                Enumerable.Range(0, Layout.Width).Select(_ => 4 * (centres.NextDouble() - 0.5)).ToArray()).ToArray();
            var random = new Random(seed);
            var features = new float[count * Layout.Width];
            var texts = new List<LabelledText>();
            tokens = new TokenWindow(count);
            for (var i = 0; i < count; i++)
            {
                var (label, of) = (rare is { } few ? (i < few ? 1 : 0) : i / copies % classes, i - i % copies);
                for (var k = 0; k < Layout.Width; k++)
                    features[i * Layout.Width + k] = i > of ? features[of * Layout.Width + k]
                        : (float)(where[away ? classes : label][k] + 0.5 * Gaussian(random));
                texts.Add(new LabelledText(Distinct(i / copies), new Dictionary<string,
                    bool>(StringComparer.Ordinal)
                { [$"label {label}"] = true }, Closed: true));
                var length = 5 + random.Next(20);
                tokens.Room(length).Clear();
                tokens.Add(length);
            }
            Data = DataSet.From(texts, "clusters");
            Texts = new AnomalyTexts(count, Layout, features, 0, Array.Empty<float>(), tokens);
        }

        public DataSet Data { get; }

        /// <summary>Three words that no other text has, because texts that differ only in digits are copies.</summary>
        private static string Distinct(int i) =>
            string.Join(' ', "abc".Select(first =>
            $"{first}{(char)('a' + i / 676)}{(char)('a' + i / 26 % 26)}{(char)('a' + i % 26)}"));

        public AnomalyTexts Texts { get; }

        public void Dispose() => tokens.Dispose();

        private static double Gaussian(Random random) =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
