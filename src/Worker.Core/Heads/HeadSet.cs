using System.Collections.Immutable;
using Worker.Core.Features;

namespace Worker.Core.Heads;

/// <summary>
/// An immutable snapshot of all heads in use, ordered by label. A change makes a new snapshot, which the pipeline takes
/// up between windows, never inside one.
/// </summary>
public sealed class HeadSet
{
    private static readonly ImmutableSortedDictionary<string, Head> Nothing =
        ImmutableSortedDictionary.Create<string, Head>(StringComparer.Ordinal);

    private readonly ImmutableSortedDictionary<string, Head> byLabel;
    private readonly ImmutableSortedDictionary<string, Head> challengers;
    private readonly ImmutableSortedDictionary<string, Head> canaries;
    private readonly double share;

    private HeadSet(
        string encoder, FeatureLayout layout, ImmutableSortedDictionary<string, Head> byLabel,
        ImmutableSortedDictionary<string, Head> challengers, ImmutableSortedDictionary<string, Head> canaries)
    {
        Encoder = encoder;
        Layout = layout;
        this.byLabel = byLabel;
        this.challengers = challengers;
        this.canaries = canaries;
        Heads = [.. byLabel.Values];
        Challengers = [.. Beside(challengers).Select(one => new Challenger(one.Label, one.Head))];
        Canaries = [.. Beside(canaries).Select(one => new Canary(one.Label, one.Head, one.Head.CanaryShare ?? 0))];
        Matrix = new HeadMatrix(
            layout, [.. Heads, .. Challengers.Select(one => one.Head), .. Canaries.Select(canary => canary.Head)]);
        Variants = [this, .. Shares().Select(share => new HeadSet(this, share))];
    }

    /// <summary>What decides messages below a share: canaries of at least that share in place of the others.</summary>
    private HeadSet(HeadSet whole, double share)
    {
        (Encoder, Layout, Matrix) = (whole.Encoder, whole.Layout, whole.Matrix);
        this.share = share;
        (challengers, canaries) = (whole.challengers, whole.canaries);
        byLabel = whole.byLabel.SetItems(whole.Canaries.Where(canary => canary.Share >= share)
            .Select(canary => KeyValuePair.Create(canary.Head.Label, canary.Head)));
        Heads = [.. byLabel.Values];
        (Challengers, Canaries, Variants) = (whole.Challengers, whole.Canaries, []);
    }

    /// <summary>Hash of the encoder that every head here was fitted to.</summary>
    public string Encoder { get; }

    public FeatureLayout Layout { get; }

    /// <summary>Heads in label order (ordinal); column i of <see cref="Matrix"/> is head i.</summary>
    public ImmutableArray<Head> Heads { get; }

    /// <summary>
    /// Challengers of labels that have a head in use of a lower version, in label order; their columns of
    /// <see cref="Matrix"/> follow those of all heads. Beside a head that was made from a description there is none: it
    /// decides nothing that one could disagree with.
    /// </summary>
    public ImmutableArray<Challenger> Challengers { get; }

    /// <summary>
    /// Canaries of labels that have a head in use of a lower version, in label order; their columns of
    /// <see cref="Matrix"/> are the last ones.
    /// </summary>
    public ImmutableArray<Canary> Canaries { get; }

    /// <summary>
    /// The heads that decide: this set for messages that no canary decides, then one set for each share that canaries
    /// have, the largest share first. All have the same labels and columns.
    /// </summary>
    public ImmutableArray<HeadSet> Variants { get; }

    /// <summary>All weights and biases, as the encoder takes them.</summary>
    public HeadMatrix Matrix { get; }

    /// <summary>No heads yet, for that encoder and its features.</summary>
    public static HeadSet Empty(string encoder, FeatureLayout layout) =>
        new(encoder, layout, Nothing, Nothing, Nothing);

    /// <summary>The head of a label, or null.</summary>
    public Head? Find(string label) => byLabel.GetValueOrDefault(label);

    /// <summary>This set without some labels, and with heads added or replaced.</summary>
    /// <param name="heads">Heads that are added, or that replace their label's head.</param>
    /// <param name="retired">Labels that are removed first; a label that is not here is not an error.</param>
    /// <exception cref="HeadRefusedException">A head does not fit this encoder; nothing is changed.</exception>
    public HeadSet With(IEnumerable<Head> heads, IEnumerable<string>? retired = null)
    {
        var builder = byLabel.ToBuilder();
        builder.RemoveRange(retired ?? []);
        foreach (var head in heads)
        {
            Check(head);
            builder[head.Label] = head;
        }
        return new HeadSet(Encoder, Layout, builder.ToImmutable(), challengers, canaries);
    }

    /// <summary>
    /// This set with challengers added or replaced. One whose label has no head in use, or a head of its version or a
    /// higher one, waits: a roll-back may make it a challenger again.
    /// </summary>
    /// <param name="added">Challengers that are added, or that replace their label's.</param>
    /// <param name="withdrawn">Labels whose challenger is removed first.</param>
    /// <exception cref="HeadRefusedException">A challenger does not fit this encoder; nothing is changed.</exception>
    public HeadSet WithChallengers(IEnumerable<Head> added, IEnumerable<string> withdrawn) =>
        new(Encoder, Layout, byLabel, Changed(challengers, added, withdrawn), canaries);

    /// <summary>The challenger of a label, also one that waits; null for none.</summary>
    public Head? FindChallenger(string label) => challengers.GetValueOrDefault(label);

    /// <summary>
    /// This set with canaries added or replaced. One whose label has no head in use, or a head of its version or a
    /// higher one, decides nothing: a publication of its version ends it.
    /// </summary>
    /// <inheritdoc cref="WithChallengers"/>
    public HeadSet WithCanaries(IEnumerable<Head> added, IEnumerable<string> withdrawn) =>
        new(Encoder, Layout, byLabel, challengers, Changed(canaries, added, withdrawn));

    /// <summary>The canary of a label, also one that decides nothing; null for none.</summary>
    public Head? FindCanary(string label) => canaries.GetValueOrDefault(label);

    /// <summary>Which of <see cref="Variants"/> decides a message.</summary>
    /// <param name="place">The message's, in [0, 1): always the same for the same message.</param>
    public int VariantAt(double place)
    {
        // The largest share first: the smallest one above the place has the most canaries.
        for (var variant = Variants.Length - 1; variant > 0; variant--)
            if (place < Variants[variant].share)
                return variant;
        return 0;
    }

    /// <summary>
    /// Takes the columns of a text that a variant decides: canaries' logits in place of their labels'.
    /// </summary>
    /// <param name="logits">[labels].</param>
    /// <param name="canaryLogits">[canaries].</param>
    public void Choose(int variant, Span<float> logits, ReadOnlySpan<float> canaryLogits)
    {
        for (var i = 0; i < canaryLogits.Length; i++)
            if (variant > 0 && Canaries[i].Share >= Variants[variant].share)
                logits[Canaries[i].Label] = canaryLogits[i];
    }

    /// <summary>Turns one text's logits into calibrated probabilities, in place; [labels].</summary>
    public void Calibrate(Span<float> logits)
    {
        for (var i = 0; i < logits.Length; i++)
            logits[i] = (float)Heads[i].Calibration.Probability(logits[i]);
    }

    /// <summary>The same for the challengers' logits; [challengers].</summary>
    public void CalibrateChallengers(Span<float> logits)
    {
        for (var i = 0; i < logits.Length; i++)
            logits[i] = (float)Challengers[i].Head.Calibration.Probability(logits[i]);
    }

    /// <summary>
    /// Heads of labels that have a head in use of a lower version. Heads that were made from descriptions decide
    /// nothing, so nothing runs beside them and they run beside nothing.
    /// </summary>
    private IEnumerable<(int Label, Head Head)> Beside(ImmutableSortedDictionary<string, Head> others) =>
        Heads.Select((head, label) => (label, Lower: head, Other: others.GetValueOrDefault(head.Label)))
            .Where(one => one.Other is { Described: null } other && one.Lower.Described is null
                && other.Version > one.Lower.Version)
            .Select(one => (one.label, one.Other!));

    private IEnumerable<double> Shares() => Canaries.Select(canary => canary.Share).Distinct().OrderDescending();

    private ImmutableSortedDictionary<string, Head> Changed(
        ImmutableSortedDictionary<string, Head> heads, IEnumerable<Head> added, IEnumerable<string> withdrawn)
    {
        var builder = heads.ToBuilder();
        builder.RemoveRange(withdrawn);
        foreach (var head in added)
        {
            Check(head);
            builder[head.Label] = head;
        }
        return builder.ToImmutable();
    }

    /// <summary>Checks that a head fits this encoder and is complete.</summary>
    /// <exception cref="HeadRefusedException">It is not; the message says why and what to do.</exception>
    public void Check(Head head)
    {
        if (!string.Equals(head.Encoder, Encoder, StringComparison.Ordinal))
            throw new HeadRefusedException(
                head, $"was trained for encoder {EncoderHash.Short(head.Encoder)}, this worker runs " +
                    $"{EncoderHash.Short(Encoder)}: retrain it or deploy that encoder");
        if (Layout.Resolve(head.Feature) is not { } feature)
            throw new HeadRefusedException(
                head, $"uses feature '{head.Feature}', this encoder returns {Layout}: start the worker with that " +
                    "feature (Encoder:Features) or retrain the head");
        if (head.Weights.Length != feature.Width)
            throw new HeadRefusedException(
                head, $"has {head.Weights.Length} weights, feature '{head.Feature}' has {feature.Width} floats: it " +
                    "was made for another encoder or is damaged");
        if (!float.IsFinite(head.Bias) || head.Weights.Any(w => !float.IsFinite(w)))
            throw new HeadRefusedException(
                head, "has a weight or bias that is not a finite number: it is damaged, train it again");
        if (!(head.Thresholds is { Low: >= 0, High: <= 1 } t && t.Low <= t.Decide && t.Decide <= t.High))
            throw new HeadRefusedException(
                head, $"has thresholds {head.Thresholds}, which are not 0 <= low <= decide <= high <= 1");
        if (!double.IsFinite(head.Calibration.Slope) || !double.IsFinite(head.Calibration.Intercept))
            throw new HeadRefusedException(head, "has a calibration that is not a finite number: train it again");
    }
}

/// <summary>A head that this worker cannot use; the message names the head, the reason and what to do.</summary>
public sealed class HeadRefusedException : UserFacingException
{
    public HeadRefusedException(Head head, string reason)
        : base($"head '{head.Label}' v{head.Version} {reason}") => Label = head.Label;

    public string Label { get; }
}
