using System.Numerics.Tensors;
using System.Text;
using Worker.Bench.Quality;
using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Windows;
using Worker.Encoders;
using Worker.Learning.Anomaly;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Training;

namespace Worker.Bench.Anomaly;

/// <summary>
/// How well references made of public sets' training parts recognise unknown texts; nothing is chosen on the test
/// parts.
/// </summary>
internal static class AnomalyFigures
{
    /// <summary>CLINC150: fitted only on the in-scope training part; test in-scope against test out-of-scope.</summary>
    /// <returns>The reference, its figures, and those of baselines: energy of the heads' logits (Liu et al. 2020),
    /// plain Mahalanobis distance on the taps (Lee et al. 2018).</returns>
    public static (AnomalyReference Reference, AnomalyMetrics Metrics,
        IReadOnlyList<(string Name, SeparationMetrics Metrics)> Baselines) Clinc(
        FeatureCache cache, CancellationToken stop)
    {
        var set = PublicSets.Clinc();
        var layout = Layout(cache);
        var train = Encoded(cache, layout, set.Name, set.Train.Texts);
        var taps = new FeatureCandidate(layout.Name, train.Matrix(layout.Name));
        var result = FeatureChoice.Train(
            [taps], set.Train, cache.EncoderHash, new TrainingOptions(), cancellation: stop);
        using var none = NoTokens(set.Train.Texts.Count);
        var reference = Train(cache, set.Train, train, none, result, new AnomalyTrainingOptions(), stop);
        var known = Encoded(cache, layout, set.Name, set.Test.Texts);
        var unknown = Encoded(cache, layout, set.Name, set.UnknownTest);
        var metrics = AnomalyMetrics.Of(
            reference, Values(reference, known, result.Heads), Values(reference, unknown, result.Heads));
        var plain = PlainMahalanobis.Fit(taps.Features, set.Train);
        return (reference, metrics,
        [
            ("energy", SeparationMetrics.Of(Energy(known, result.Heads), Energy(unknown, result.Heads))),
            ("plain Mahalanobis",
                SeparationMetrics.Of(plain.Score(known.Matrix(layout.Name)), plain.Score(unknown.Matrix(layout.Name)))),
        ]);
    }

    /// <summary>SMS: only the training part's ham is known; test ham against test spam.</summary>
    public static AnomalyMetrics SmsOneClass(
        FeatureCache cache, EncoderSection section, int seed, CancellationToken stop)
    {
        var set = PublicSets.Sms(PublicSets.Sms(), seed);
        var layout = Layout(cache);
        string[] Of(DataSet data, sbyte answer) => [.. data.Texts.Where((_, row) => data.Answers[row, 0] == answer)];
        var ham = DataSet.From(
            Of(set.Train, AnswerMatrix.No).Select(
                text => new LabelledText(text, new Dictionary<string, bool>(StringComparer.Ordinal) { ["ham"] = true },
                Closed: true)), "ham");
        using var loaded = LoadedEncoder.Open(section);
        using var tokens = Tokens(loaded, ham.Texts);
        var reference = AnomalyTrainer.Train(
            new AnomalyTexts(ham.Texts.Count, layout, Encoded(cache, layout, "sms ham", ham.Texts).Values, 0,
                Array.Empty<float>(), tokens),
            ham, cache.EncoderHash, cache.Layers, null, new AnomalyTrainingOptions(), stop);
        ChannelValues Score(string[] texts)
        {
            using var own = Tokens(loaded, texts);
            return ChannelValues.Of(
                reference, new AnomalyTexts(
                    texts.Length, layout, Encoded(cache, layout, "sms", texts).Values, 0, Array.Empty<float>(), own));
        }
        return AnomalyMetrics.Of(
            reference, Score(Of(set.Test, AnswerMatrix.No)), Score(Of(set.Test, AnswerMatrix.Yes)));
    }

    /// <summary>
    /// CLINC150's in-scope texts as above, with and without the perplexity channel, against three kinds of unknown
    /// texts.
    /// </summary>
    public static IEnumerable<(string Unknown, bool Perplexity, AnomalyMetrics Metrics)> WithPerplexity(
        FeatureCache cache, EncoderSection section, CancellationToken stop)
    {
        var set = PublicSets.Clinc();
        var layout = Layout(cache);
        var train = Encoded(cache, layout, set.Name, set.Train.Texts);
        var result = FeatureChoice.Train([new FeatureCandidate(layout.Name, train.Matrix(layout.Name))], set.Train,
            cache.EncoderHash, new TrainingOptions(), cancellation: stop);
        using var loaded = LoadedEncoder.Open(section);
        using var tokens = Tokens(loaded, set.Train.Texts);
        foreach (var perplexity in new[] { false, true })
        {
            var reference = Train(
                cache, set.Train, train, tokens, result, new AnomalyTrainingOptions { Perplexity = perplexity }, stop);
            ChannelValues Score(string name, IReadOnlyList<string> texts)
            {
                using var own = Tokens(loaded, texts);
                return Values(reference, Encoded(cache, layout, name, texts), result.Heads, own);
            }
            var known = Score(set.Name, set.Test.Texts);
            yield return (
                "out of scope", perplexity, AnomalyMetrics.Of(reference, known, Score(set.Name, set.UnknownTest)));
            yield return (
                "letters shuffled", perplexity, AnomalyMetrics.Of(
                    reference, known, Score("clinc letters", StrangeTexts.Shuffled(set.Test.Texts, seed: 1))));
            yield return (
                "other languages", perplexity, AnomalyMetrics.Of(
                    reference, known, Score("other languages", StrangeTexts.OtherLanguages)));
        }
    }

    public static void Print(
        string title, AnomalyMetrics anomaly, IReadOnlyList<(string Name, SeparationMetrics Metrics)> baselines)
    {
        Console.WriteLine($"{title}: {anomaly.Known} known, {anomaly.Unknown} unknown; p at most "
            + $"{AnomalyMetrics.Level}: {anomaly.KnownFlagged:P1} of the known, {anomaly.UnknownFlagged:P1} of the "
            + "unknown");
        foreach (var (name, metrics) in anomaly.Channels.Select(c => (c.Key, c.Value))
            .Append(("together", anomaly.Together)).Concat(baselines.Select(b => ("baseline: " + b.Name, b.Metrics))))
            Console.WriteLine(
                $"  {name,-28} AUROC {metrics.Auroc:F4}  AUPR {metrics.Aupr:F4}  FPR95 {metrics.Fpr95:F4}");
    }

    private static FeatureLayout Layout(FeatureCache cache) =>
        new(AnomalyTrainer.NeededFeatures(cache.Layers), cache.Hidden, cache.Layers);

    private static EncodedTexts Encoded(
        FeatureCache cache, FeatureLayout layout, string name, IReadOnlyList<string> texts) =>
        new(layout, cache.Features(name, texts, [.. layout.Features.Select(f => f.Name)]));

    private static AnomalyReference Train(FeatureCache cache, DataSet data, EncodedTexts encoded, TokenWindow tokens,
        TrainingResult result, AnomalyTrainingOptions options, CancellationToken stop)
    {
        var heads = new HeldOutHeads(encoded, data, result, cache.EncoderHash, new TrainingOptions(), stop);
        return AnomalyTrainer.Train(new AnomalyTexts(
            data.Texts.Count, encoded.Layout, encoded.Values, 0, Array.Empty<float>(), tokens),
            data, cache.EncoderHash, cache.Layers, heads.Probabilities, options, stop);
    }

    private static ChannelValues Values(
        AnomalyReference reference, EncodedTexts texts, IReadOnlyList<Head> heads, TokenWindow? tokens = null)
    {
        var count = texts.Values.Length / texts.Layout.Width;
        using var none = NoTokens(count);
        var logits = Logits(texts, heads);
        var probabilities = new float[logits.Length];
        for (var i = 0; i < logits.Length; i++)
            probabilities[i] = (float)heads[i % heads.Count].Calibration.Probability(logits[i]);
        return ChannelValues.Of(
            reference, new AnomalyTexts(count, texts.Layout, texts.Values, heads.Count, probabilities, tokens ?? none));
    }

    /// <summary>−ln Σ exp z over the heads: high if no head responds.</summary>
    private static float[] Energy(EncodedTexts texts, IReadOnlyList<Head> heads)
    {
        var logits = Logits(texts, heads);
        return [.. Enumerable.Range(0, logits.Length / heads.Count).Select(text =>
        {
            var row = logits.AsSpan(text * heads.Count, heads.Count);
            var maximum = TensorPrimitives.Max<float>(row);
            var sum = 0.0;
            foreach (var z in row)
                sum += Math.Exp(z - maximum);
            return (float)-(maximum + Math.Log(sum));
        })];
    }

    private static float[] Logits(EncodedTexts texts, IReadOnlyList<Head> heads)
    {
        var features = texts.Matrix(heads[0].Feature);
        var logits = new float[features.Rows * heads.Count];
        Parallel.For(0, features.Rows, row =>
        {
            for (var head = 0; head < heads.Count; head++)
                logits[row * heads.Count + head] = TensorPrimitives.Dot(
                    features.Row(row), heads[head].Weights) + heads[head].Bias;
        });
        return logits;
    }

    private static TokenWindow Tokens(LoadedEncoder loaded, IReadOnlyList<string> texts) =>
        new TextEncoder(loaded).Tokenize([.. texts.Select(Encoding.UTF8.GetBytes)], 0, texts.Count);

    /// <summary>If classes are known, only the perplexity channel looks at tokens.</summary>
    private static TokenWindow NoTokens(int count)
    {
        var window = new TokenWindow(count);
        for (var i = 0; i < count; i++)
            window.Add(0);
        return window;
    }
}
