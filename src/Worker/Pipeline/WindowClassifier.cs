using System.Buffers;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Core.Windows;

namespace Worker.Pipeline;

/// <summary>
/// Scores a window with one head set, taken when it starts: a swap shows from the next window on, never inside one.
/// One caller at a time.
/// </summary>
internal sealed class WindowClassifier(IEncoder encoder, int microBatchTokens)
{
    private readonly WindowEncoder windows = new(encoder, microBatchTokens);

    /// <exception cref="Exception">The device is broken; nothing of the window was published.</exception>
    public ScoredWindow Classify(TokenisedWindow window, HeadSet heads)
    {
        var labels = heads.Heads.Length;
        var cells = window.Source.Records.Length * labels;
        var scores = ArrayPool<float>.Shared.Rent(cells);
        foreach (var poison in windows.Run(window.Tokens, heads.Matrix, [], scores.AsSpan(0, cells)))
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
        return new ScoredWindow(window, heads, scores);
    }
}
