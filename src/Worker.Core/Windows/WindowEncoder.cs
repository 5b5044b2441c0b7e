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
    /// <param name="window">Token ids; no text longer than the encoder's <see cref="IEncoder.MaxTextTokens"/>.</param>
    /// <param name="heads">Heads laid out for the encoder.</param>
    /// <param name="features">Receives [texts, feature width] in window order; empty when not wanted.</param>
    /// <param name="logits">Receives [texts, labels] in window order; empty when not wanted.</param>
    /// <returns>Texts on which the encoder failed, each once; nearly always none.</returns>
    /// <exception cref="Exception">The encoder's own, when the device is broken.</exception>
    public IReadOnlyList<PoisonText> Run(TokenWindow window, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        List<PoisonText>? poison = null;
        var known = repeated is null ? default : repeated.Find(window, heads, features, logits);
        using var rows = WindowRows.Of(window, encoder.Chunking, known, features, logits);
        if (rows is null)
            plan.Plan(window, budget, known);
        else
            plan.Plan(rows.Tokens, budget);
        var outputs = new Outputs(rows?.Tokens ?? window, rows, heads, features, logits);
        var start = 0;
        foreach (var count in plan.Batches)
        {
            RunBatch(outputs, start, count, ref poison);
            start += count;
        }
        repeated?.Complete(window, features, logits, ref poison);
        return poison ?? (IReadOnlyList<PoisonText>)[];
    }

    private void RunBatch(in Outputs outputs, int start, int count, ref List<PoisonText>? poison)
    {
        try
        {
            RunOnce(outputs, start, count);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            if (count > 1)
            {
                var half = count / 2;
                RunBatch(outputs, start, half, ref poison);
                RunBatch(outputs, start + half, count - half, ref poison);
                return;
            }
            ProveDeviceWorks();
            var text = outputs.TextOf(plan.Order[start]);
            // Another chunk of the same text may have failed before.
            if (poison is null || !poison.Exists(one => one.Text == text))
                (poison ??= []).Add(new PoisonText(text, error));
        }
    }

    private void RunOnce(in Outputs outputs, int start, int count)
    {
        var width = outputs.Features.IsEmpty ? 0 : encoder.Features.Width;
        var labels = outputs.Logits.IsEmpty ? 0 : outputs.Heads.Labels;
        Reserve(ref lengths, count);
        Reserve(ref batchFeatures, count * width);
        Reserve(ref batchLogits, count * labels);
        plan.Pack(outputs.Rows, start, count, ids, lengths);
        encoder.Run(
            new MicroBatch(ids.WrittenSpan, lengths.AsSpan(0, count)), outputs.Heads,
            batchFeatures.AsSpan(0, count * width), batchLogits.AsSpan(0, count * labels));
        for (var i = 0; i < count; i++)
            outputs.Put(
                plan.Order[start + i], batchFeatures.AsSpan(i * width, width), batchLogits.AsSpan(i * labels, labels));
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

    /// <summary>Where the outputs of rows go.</summary>
    /// <param name="rows">Token ids of what the device takes.</param>
    /// <param name="chunks">Which texts the rows belong to; null where each row is the text at its place.</param>
    /// <param name="heads">Heads laid out for the encoder.</param>
    /// <param name="features">[texts, feature width]; empty when not wanted.</param>
    /// <param name="logits">[texts, labels]; empty when not wanted.</param>
    private readonly ref struct Outputs(
        TokenWindow rows, WindowRows? chunks, HeadMatrix heads, Span<float> features, Span<float> logits)
    {
        public TokenWindow Rows { get; } = rows;

        public HeadMatrix Heads { get; } = heads;

        public Span<float> Features { get; } = features;

        public Span<float> Logits { get; } = logits;

        public int TextOf(int row) => chunks?.TextOf(row) ?? row;

        public void Put(int row, ReadOnlySpan<float> rowFeatures, ReadOnlySpan<float> rowLogits)
        {
            if (chunks is not null && !chunks.IsWhole(row))
            {
                chunks.Join(row, rowFeatures, Features, rowLogits, Logits);
                return;
            }
            var text = TextOf(row);
            rowFeatures.CopyTo(Features.Slice(text * rowFeatures.Length, rowFeatures.Length));
            rowLogits.CopyTo(Logits.Slice(text * rowLogits.Length, rowLogits.Length));
        }
    }
}
