using System.Buffers;
using Worker.Core.Anomaly;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Core.Windows;

namespace Worker.Pipeline;

/// <summary>
/// Scores a window with one head set and one anomaly reference, taken when it starts: a swap shows from the next window on,
/// never inside one.
/// One caller at a time.
/// </summary>
internal sealed class WindowClassifier(IEncoder encoder, int microBatchTokens, AnomalyRegistry anomalies)
{
    private static readonly ParallelOptions AllProcessors = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    private readonly WindowEncoder windows = new(encoder, microBatchTokens);

    /// <exception cref="Exception">The device is broken; nothing of the window was published.</exception>
    public ScoredWindow Classify(TokenisedWindow window, HeadSet heads)
    {
        var reference = anomalies.Current;
        // Features leave the device only where somebody looks at them.
        var width = reference is null ? 0 : encoder.Features.Width;
        var values = window.Source.Records.Length * width;
        var features = ArrayPool<float>.Shared.Rent(values);
        var labels = heads.Heads.Length;
        var cells = window.Source.Records.Length * labels;
        var scores = ArrayPool<float>.Shared.Rent(cells);
        foreach (var poison in windows.Run(window.Tokens, heads.Matrix, features.AsSpan(0, values), scores.AsSpan(0, cells)))
            window.Failures[poison.Text] = new Failure(FailureKind.EncoderFailed, $"the encoder failed on this message alone: {poison.Error.Message}");
        for (var record = 0; record < window.Source.Records.Length; record++)
        {
            if (window.Failures[record] is not null)
                continue;
            var row = scores.AsSpan(record * labels, labels);
            heads.Calibrate(row);
            // Nothing is ever decided on a score that is no number.
            foreach (var probability in row)
                if (!float.IsFinite(probability))
                    window.Failures[record] = new Failure(FailureKind.EncoderFailed, "the encoder gave this message scores that are no numbers (NaN)");
        }
        var anomalous = reference is null ? null : Compare(reference, window, features.AsMemory(0, values), scores.AsMemory(0, cells), labels);
        ArrayPool<float>.Shared.Return(features);
        return new ScoredWindow(window, heads, scores, anomalous);
    }

    /// <summary>p-values of the window's records; NaN for those that failed.</summary>
    private float[] Compare(AnomalyReference reference, TokenisedWindow window, ReadOnlyMemory<float> features, ReadOnlyMemory<float> probabilities, int labels)
    {
        var count = window.Source.Records.Length;
        var pValues = ArrayPool<float>.Shared.Rent(count);
        AnomalyScorer.PValues(reference, new AnomalyTexts(count, encoder.Features, features, labels, probabilities, window.Tokens), pValues.AsSpan(0, count), AllProcessors);
        for (var record = 0; record < count; record++)
            if (window.Failures[record] is not null)
                pValues[record] = float.NaN;
        return pValues;
    }
}
