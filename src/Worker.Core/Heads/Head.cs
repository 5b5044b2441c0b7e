using System.Numerics.Tensors;
using Worker.Core.Numerics;

namespace Worker.Core.Heads;

/// <summary>
/// One label's binary classifier on an encoder's feature: logit z = w·x + b, probability σ(a·z + c), decision by
/// thresholds. Immutable; a better head is a new record with a higher version.
/// <para>
/// The way of a head, by the types that it passes: <c>worker train</c> fits it (HeadTrainer) and writes it to a file
/// (HeadFile). <c>worker heads publish</c> compares the file with the topic (TopicHeads, PublishPlan) and sends what is
/// new (HeadsTopicWriter). Each running worker reads the topic (HeadsTopicReader, HeadsFollower) and keeps the heads in
/// use (HeadRegistry). The pipeline scores each window with one snapshot of them (<see cref="HeadSet"/>).
/// </para>
/// </summary>
public sealed record Head
{
    /// <summary>The label; the key on the heads topic.</summary>
    public required string Label { get; init; }

    /// <summary>1 for a label's first head; each later one is higher.</summary>
    public required int Version { get; init; }

    /// <summary>Hash of the encoder whose features the weights were fitted to.</summary>
    public required string Encoder { get; init; }

    /// <summary>
    /// The feature the weights belong to: <c>mean</c>, or several side by side, <c>layer3+layer4+layer5+mean</c>; see
    /// <see cref="Features.FeatureNames"/>.
    /// </summary>
    public required string Feature { get; init; }

    /// <summary>w; [feature width].</summary>
    public required float[] Weights { get; init; }

    /// <summary>b.</summary>
    public required float Bias { get; init; }

    public Calibration Calibration { get; init; } = Calibration.Identity;

    /// <summary>How far the calibrated probability can be trusted; null for labels with enough examples.</summary>
    public ProbabilityInterval? Interval { get; init; }

    public Thresholds Thresholds { get; init; } = Thresholds.Half;

    /// <summary>
    /// What was shown about its decisions; null for a head without a promise, which decides by its thresholds.
    /// </summary>
    public Certificate? Certificate { get; init; }

    /// <summary>
    /// The exclusive group that the label belongs to: exactly one label of a group holds; the most probable is yes and
    /// the others are no. Null for a label that is independent of the others.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>
    /// What it was made from, for a head that was made from words about its label and not from answers. Such a head
    /// never decides: it only ranks texts, so that people are asked first about those that may have the label. Null for
    /// a head that was fitted to answers.
    /// </summary>
    public LabelDescription? Described { get; init; }

    /// <summary>What it was fitted on; null for a head made elsewhere.</summary>
    public TrainingSummary? Training { get; init; }

    /// <summary>Version of the head that this one was warm-started from, or null.</summary>
    public int? Parent { get; init; }

    /// <summary>
    /// Of a canary: the share of messages that it decides, above 0 and below 1; null for any other head.
    /// </summary>
    public double? CanaryShare { get; init; }

    /// <summary>Calibrated probability of one text.</summary>
    /// <param name="feature">The text's vector of <see cref="Feature"/>; [feature width].</param>
    public double Probability(ReadOnlySpan<float> feature) =>
        Calibration.Probability(TensorPrimitives.Dot(feature, Weights) + Bias);
}

/// <summary>
/// Platt's calibration, p = σ(slope·z + intercept) (Platt 1999), or isotonic calibration when there is a curve.
/// </summary>
/// <param name="Slope">Platt's slope.</param>
/// <param name="Intercept">Platt's intercept.</param>
public readonly record struct Calibration(double Slope, double Intercept)
{
    /// <summary>Isotonic calibration, which then replaces Platt's; null for Platt's.</summary>
    public CalibrationCurve? Curve { get; init; }

    /// <summary>p = σ(z).</summary>
    public static Calibration Identity { get; } = new(1, 0);

    /// <summary>Calibrated probability in [0, 1] of a logit; allocates nothing.</summary>
    public double Probability(double logit) =>
        Curve is not null ? Curve.At(logit) : Logistic.Sigmoid(Slope * logit + Intercept);
}

/// <summary>
/// Decision bounds on the probability: p ≥ High is yes, p ≤ Low is no, between is review. Decide separates yes and no
/// if every text must be decided. 0 ≤ Low ≤ Decide ≤ High ≤ 1.
/// </summary>
public readonly record struct Thresholds(double Low, double Decide, double High)
{
    /// <summary>Yes from one half up, nothing to review.</summary>
    public static Thresholds Half { get; } = new(0.5, 0.5, 0.5);
}

/// <summary>What a head was fitted on.</summary>
/// <param name="Positives">Examples that have the label.</param>
/// <param name="Negatives">Examples known not to have it.</param>
/// <param name="ValidationF1">F1 at the decision threshold on the held-out rows; null if there were none.</param>
/// <param name="ValidationLogLoss">Log-loss of calibrated probabilities on the held-out rows; null likewise.</param>
public sealed record TrainingSummary(int Positives, int Negatives, double? ValidationF1, double? ValidationLogLoss);
