using System.Buffers;
using Worker.Core.Encoders;
using Worker.Core.Heads;

namespace Worker.Core.Windows;

/// <summary>A text on which the encoder fails, while others succeed.</summary>
/// <param name="Text">Index in the window.</param>
/// <param name="Error">The encoder's error.</param>
public readonly record struct PoisonText(int Text, Exception Error);

/// <summary>
/// Runs a window through an encoder in micro-batches of similar length and puts the outputs back in the window's order.
/// A micro-batch that fails is halved until the failing text is alone. If even a known good text fails then, the device
/// is broken and the error is thrown. One caller at a time.
/// </summary>
public sealed class WindowEncoder
{
    // Any ids within the vocabulary will do; 0 is in every vocabulary.
    private static readonly int[] KnownGood = [0, 0];

    private readonly IEncoder encoder;
    private readonly int budget;
    private readonly RepeatedTexts? repeated;
    private readonly MicroBatchPlan plan = new();
    private readonly ArrayBufferWriter<int> ids = new(1024);
    private int[] lengths = [];
    private float[] batchFeatures = [];
    private float[] batchLogits = [];

    /// <param name="encoder">The device; only this object calls it from now on.</param>
    /// <param name="tokenBudget">Maximum number of padded tokens in a micro-batch, at least 1.</param>
    /// <param name="recent">Scores of texts that came lately, so that these are not encoded again; null to encode every
    /// text.</param>
    public WindowEncoder(IEncoder encoder, int tokenBudget, RecentScores? recent = null)
    {
        repeated = recent is null ? null : new RepeatedTexts(recent);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokenBudget, 1);
        this.encoder = encoder;
        budget = tokenBudget;
    }

    /// <summary>Texts of the last window whose scores were there already.</summary>
    public int Repeats => repeated?.Repeats ?? 0;

    /// <summary>
    /// Encodes and scores every text of the window that has tokens; rows of the others are not changed.
    /// </summary>
    /// <param name="window">Token ids; no text longer than the encoder's limit.</param>
    /// <param name="heads">Heads laid out for the encoder.</param>
    /// <param name="features">Receives [texts, feature width] in window order; empty when not wanted.</param>
    /// <param name="logits">Receives [texts, labels] in window order; empty when not wanted.</param>
    /// <returns>Texts on which the encoder failed; nearly always none.</returns>
    /// <exception cref="Exception">The encoder's own, when the device is broken.</exception>
    public IReadOnlyList<PoisonText> Run(TokenWindow window, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        List<PoisonText>? poison = null;
        plan.Plan(window, budget, repeated is null ? default : repeated.Find(window, heads, features, logits));
        var start = 0;
        foreach (var count in plan.Batches)
        {
            RunBatch(window, start, count, heads, features, logits, ref poison);
            start += count;
        }
        repeated?.Complete(window, features, logits, ref poison);
        return poison ?? (IReadOnlyList<PoisonText>)[];
    }

    private void RunBatch(TokenWindow window, int start, int count, HeadMatrix heads,
        Span<float> features, Span<float> logits, ref List<PoisonText>? poison)
    {
        try
        {
            RunOnce(window, start, count, heads, features, logits);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            if (count > 1)
            {
                var half = count / 2;
                RunBatch(window, start, half, heads, features, logits, ref poison);
                RunBatch(window, start + half, count - half, heads, features, logits, ref poison);
                return;
            }
            ProveDeviceWorks();
            (poison ??= []).Add(new PoisonText(plan.Order[start], error));
        }
    }

    private void RunOnce(
        TokenWindow window, int start, int count, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        var width = features.IsEmpty ? 0 : encoder.Features.Width;
        var labels = logits.IsEmpty ? 0 : heads.Labels;
        Reserve(ref lengths, count);
        Reserve(ref batchFeatures, count * width);
        Reserve(ref batchLogits, count * labels);
        plan.Pack(window, start, count, ids, lengths);
        encoder.Run(
            new MicroBatch(ids.WrittenSpan, lengths.AsSpan(0, count)), heads,
            batchFeatures.AsSpan(0, count * width), batchLogits.AsSpan(0, count * labels));
        for (var i = 0; i < count; i++)
        {
            var text = plan.Order[start + i];
            batchFeatures.AsSpan(i * width, width).CopyTo(features.Slice(text * width, width));
            batchLogits.AsSpan(i * labels, labels).CopyTo(logits.Slice(text * labels, labels));
        }
    }

    /// <summary>Throws the device's exception if it fails on a text that it has always accepted.</summary>
    private void ProveDeviceWorks()
    {
        Reserve(ref batchFeatures, encoder.Features.Width);
        encoder.Run(new MicroBatch(KnownGood, [KnownGood.Length]), HeadMatrix.None(encoder.Features),
            batchFeatures.AsSpan(0, encoder.Features.Width), []);
    }

    private static void Reserve<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new T[Math.Max(length, buffer.Length * 2)];
    }
}
