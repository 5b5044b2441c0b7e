using Worker.Core.Encoders;
using Worker.Core.Heads;

namespace Worker.Core.Windows;

/// <summary>A text on which the encoder fails, while others succeed.</summary>
/// <param name="Text">Index in the window.</param>
/// <param name="Error">The encoder's error.</param>
public readonly record struct PoisonText(int Text, Exception Error);

/// <summary>
/// Runs a window through an encoder in micro-batches of similar length, on as many lanes as the encoder has, and puts
/// the outputs back in the window's order. One caller at a time.
/// </summary>
public sealed class WindowEncoder
{
    private readonly IEncoder encoder;
    private readonly int budget;
    private readonly RepeatedTexts? repeated;
    private readonly MicroBatchPlan plan = new();
    private readonly WindowLane[] lanes;

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
        lanes = [.. Enumerable.Range(0, encoder.Lanes).Select(_ => new WindowLane(encoder, plan))];
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
    public IReadOnlyList<PoisonText> Run(
        TokenWindow window, HeadMatrix heads, Memory<float> features, Memory<float> logits)
    {
        var known = repeated is null ? default : repeated.Find(window, heads, features.Span, logits.Span);
        using var rows = WindowRows.Of(window, encoder.Chunking, known, features.Span, logits.Span);
        if (rows is null)
            plan.Plan(window, budget, lanes.Length, known);
        else
            plan.Plan(rows.Tokens, budget, lanes.Length);
        var outputs = new WindowOutputs(rows?.Tokens ?? window, rows, heads, features, logits);
        var batches = plan.Batches;
        new LaneWork(batches.Count, (lane, batch) => lanes[lane].Run(outputs, batches[batch])).Run(lanes.Length);
        var poison = outputs.Poison;
        repeated?.Complete(window, features.Span, logits.Span, ref poison);
        return poison ?? (IReadOnlyList<PoisonText>)[];
    }
}
