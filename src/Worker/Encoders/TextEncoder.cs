using Worker.Core.Heads;
using Worker.Core.Windows;

namespace Worker.Encoders;

/// <summary>
/// Encodes any number of texts outside the pipeline (training, evaluation, the command line), in windows so large that
/// there is almost no padding.
/// </summary>
internal sealed class TextEncoder(LoadedEncoder loaded)
{
    private const int WindowTexts = 2048;

    /// <summary>Bytes at which a window of long texts closes; a token has at least one.</summary>
    private const int WindowBytes = 1 << 20;

    private readonly WindowEncoder windows = new(loaded.Encoder, loaded.Encoder.MicroBatchTokens);

    /// <summary>Features of texts; [texts, feature width].</summary>
    /// <param name="progress">Gets the share that is done, from 0 to 1.</param>
    /// <exception cref="Onnx.EncoderException">The encoder cannot take a text.</exception>
    public float[] Features(IReadOnlyList<byte[]> texts, Action<double>? progress = null)
    {
        var width = loaded.Encoder.Features.Width;
        var features = new float[checked(texts.Count * width)];
        Run(texts, HeadMatrix.None(loaded.Encoder.Features), features, width, default, 0, progress);
        return features;
    }

    /// <summary>Calibrated probabilities of texts, as the worker would publish them; [texts, labels].</summary>
    /// <inheritdoc cref="Features"/>
    public float[] Probabilities(IReadOnlyList<byte[]> texts, HeadSet heads, Action<double>? progress = null)
    {
        var labels = heads.Heads.Length;
        var probabilities = Logits(texts, heads, progress);
        for (var text = 0; text < texts.Count; text++)
            heads.Calibrate(probabilities.AsSpan(text * labels, labels));
        return probabilities;
    }

    /// <summary>Logits of texts, before any calibration; [texts, labels].</summary>
    /// <inheritdoc cref="Features"/>
    public float[] Logits(IReadOnlyList<byte[]> texts, HeadSet heads, Action<double>? progress = null)
    {
        var labels = heads.Heads.Length;
        var logits = new float[checked(texts.Count * labels)];
        Run(texts, heads.Matrix, default, 0, logits, labels, progress);
        return logits;
    }

    private void Run(
        IReadOnlyList<byte[]> texts, HeadMatrix heads, Memory<float> features, int width,
        Memory<float> logits, int labels, Action<double>? progress)
    {
        for (var (start, count) = (0, 0); start < texts.Count; start += count)
        {
            count = WindowCount(texts, start);
            using var window = Tokenize(texts, start, count);
            var poison = windows.Run(window, heads, features.Slice(start * width, count * width),
                logits.Slice(start * labels, count * labels));
            if (poison.Count > 0)
                throw new Onnx.EncoderException(
                    $"text {start + poison[0].Text} cannot be encoded: {poison[0].Error.Message}", poison[0].Error);
            progress?.Invoke((double)(start + count) / texts.Count);
        }
    }

    /// <summary>Texts of the window that begins at one.</summary>
    private static int WindowCount(IReadOnlyList<byte[]> texts, int start)
    {
        var (count, bytes) = (0, 0L);
        while (count < WindowTexts && start + count < texts.Count && bytes < WindowBytes)
            bytes += texts[start + count++].Length;
        return count;
    }

    /// <summary>Token ids of texts, cut at the encoder's limit for texts.</summary>
    public TokenWindow Tokenize(IReadOnlyList<byte[]> texts, int start, int count)
    {
        var window = new TokenWindow(count);
        for (var i = start; i < start + count; i++)
            window.Add(loaded.Tokenizer.Encode(texts[i], window.Room(loaded.Encoder.MaxTextTokens), out _));
        return window;
    }
}
