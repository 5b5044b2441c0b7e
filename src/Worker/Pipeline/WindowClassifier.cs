using System.Buffers;
using Worker.Core.Anomaly;
using Worker.Core.Decisions;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Core.Windows;
using Worker.Heads;

namespace Worker.Pipeline;

/// <summary>
/// Scores a window with one head set and one anomaly reference, taken when it starts. A swap shows from the next window
/// on, never inside one. One caller at a time.
/// </summary>
/// <param name="encoder">The device.</param>
/// <param name="microBatchTokens">Maximum number of padded tokens in a micro-batch.</param>
/// <param name="anomalies">The anomaly reference in use.</param>
/// <param name="recent">Scores of texts that came lately; null to encode every text.</param>
internal sealed class WindowClassifier(
    IEncoder encoder, int microBatchTokens, AnomalyRegistry anomalies, RecentScores? recent = null)
{
    private static readonly ParallelOptions AllProcessors = new()
    {
        MaxDegreeOfParallelism = Environment.ProcessorCount,
    };

    private readonly WindowEncoder windows = new(encoder, microBatchTokens, recent);

    /// <summary>Texts of the last window whose scores were there already.</summary>
    public int Repeats => windows.Repeats;

    /// <exception cref="Exception">The device is broken; nothing of the window was published.</exception>
    public ScoredWindow Classify(TokenizedWindow window, HeadSet heads) =>
        new(window, heads, Score(
            window.Tokens, window.Failures, heads,
            record => CanaryPlace.Of(window.Source.Records[record].Key, window.Text(record))));

    /// <summary>Scores texts from any source.</summary>
    /// <param name="tokens">A text that failed has none.</param>
    /// <param name="failures">Per text: why it cannot be classified, or null; failures of the encoder are
    /// added.</param>
    /// <param name="place">Where a text stands among those that canaries decide; null where there are none.</param>
    /// <exception cref="Exception">The device is broken.</exception>
    public TextScores Score(
        TokenWindow tokens, Failure?[] failures, HeadSet heads, Func<int, double>? place = null)
    {
        var texts = tokens.Count;
        var reference = anomalies.Current;
        // Features leave the device only where an anomaly reference needs them.
        var width = reference is null ? 0 : encoder.Features.Width;
        var values = texts * width;
        var features = ArrayPool<float>.Shared.Rent(values);
        var (labels, columns) = (heads.Heads.Length, heads.Matrix.Labels);
        var cells = texts * columns;
        var scores = ArrayPool<float>.Shared.Rent(cells);
        foreach (var poison in windows.Run(
            tokens, heads.Matrix, features.AsMemory(0, values), scores.AsMemory(0, cells)))
            failures[poison.Text] = new Failure(
                FailureKind.EncoderFailed, $"the encoder failed on this message alone: {poison.Error.Message}");
        var variants = heads.Canaries.IsEmpty || place is null
            ? null : Choose(scores, failures, heads, place, texts);
        var shadow = heads.Challengers.Length;
        var challengers = Apart(scores, texts, labels, shadow, columns);
        for (var text = 0; text < texts; text++)
        {
            if (failures[text] is not null)
                continue;
            if (challengers is not null)
                heads.CalibrateChallengers(challengers.AsSpan(text * shadow, shadow));
            var row = scores.AsSpan(text * labels, labels);
            heads.Variants[variants?[text] ?? 0].Calibrate(row);
            // A score that is not a number cannot decide anything.
            foreach (var probability in row)
                if (!float.IsFinite(probability))
                    failures[text] = new Failure(
                        FailureKind.EncoderFailed, "the encoder gave this message scores that are not numbers (NaN)");
        }
        var anomalous = reference is null
            ? null
            : Compare(
                reference, tokens, failures, features.AsMemory(0, values), scores.AsMemory(0, texts * labels), heads);
        ArrayPool<float>.Shared.Return(features);
        return new TextScores(scores, challengers, anomalous, reference, variants);
    }

    /// <summary>Puts canaries' logits in the place of their labels', for the texts that they decide.</summary>
    /// <param name="scores">[texts, labels + challengers + canaries].</param>
    /// <returns>[texts], which variant decides each.</returns>
    private static int[] Choose(
        float[] scores, Failure?[] failures, HeadSet heads, Func<int, double> place, int texts)
    {
        var (columns, before) = (heads.Matrix.Labels, heads.Heads.Length + heads.Challengers.Length);
        var variants = new int[texts];
        for (var text = 0; text < texts; text++)
        {
            if (failures[text] is not null)
                continue;
            variants[text] = heads.VariantAt(place(text));
            var row = scores.AsSpan(text * columns, columns);
            heads.Choose(variants[text], row[..heads.Heads.Length], row[before..]);
        }
        return variants;
    }

    /// <summary>
    /// Parts rows of labels and challengers: the labels' stay in <paramref name="scores"/>, without gaps.
    /// </summary>
    /// <param name="scores">[texts, columns] becomes [texts, labels]; challengers follow the labels.</param>
    /// <returns>Pooled; [texts, challengers]; null without challengers.</returns>
    private static float[]? Apart(float[] scores, int texts, int labels, int challengers, int columns)
    {
        if (columns == labels)
            return null;
        var apart = challengers == 0 ? null : ArrayPool<float>.Shared.Rent(texts * challengers);
        for (var text = 0; text < texts; text++)
        {
            // A row moves towards the start, onto what was moved or taken out before.
            var row = scores.AsSpan(text * columns, columns);
            row.Slice(labels, challengers).CopyTo(apart.AsSpan(text * challengers));
            row[..labels].CopyTo(scores.AsSpan(text * labels));
        }
        return apart;
    }

    /// <summary>Without those of heads that were made from descriptions: theirs are no probabilities.</summary>
    private static (ReadOnlyMemory<float> Values, int Labels) Probabilities(ReadOnlyMemory<float> scores, HeadSet heads)
    {
        var labels = heads.Heads.Length;
        int[] kept = [.. Enumerable.Range(0, labels).Where(label => heads.Heads[label].Described is null)];
        if (kept.Length == labels)
            return (scores, labels);
        var values = new float[scores.Length / labels * kept.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = scores.Span[i / kept.Length * labels + kept[i % kept.Length]];
        return (values, kept.Length);
    }

    /// <summary>p-values of texts; NaN for those that failed.</summary>
    private float[] Compare(
        AnomalyReference reference, TokenWindow tokens, Failure?[] failures,
        ReadOnlyMemory<float> features, ReadOnlyMemory<float> scores, HeadSet heads)
    {
        var count = tokens.Count;
        var (probabilities, labels) = Probabilities(scores, heads);
        var pValues = ArrayPool<float>.Shared.Rent(count);
        AnomalyScorer.PValues(
            reference, new AnomalyTexts(count, encoder.Features, features, labels, probabilities,
            tokens), pValues.AsSpan(0, count), AllProcessors);
        for (var text = 0; text < count; text++)
            if (failures[text] is not null)
                pValues[text] = float.NaN;
        return pValues;
    }
}
