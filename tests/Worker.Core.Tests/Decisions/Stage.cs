using Worker.Core.Decisions;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Messages;

namespace Worker.Core.Tests.Decisions;

/// <summary>Heads with chosen bounds, and messages that they scored.</summary>
internal static class Stage
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Certificate Certificate(bool yes = true, bool no = true, DateTimeOffset? expires = null) =>
        new(0.05, 0.05, Start, expires, CertificateOrigin.Audit, yes ? new(1000, 200, 3) : null,
            no ? new(1000, 300, 4) : null);

    public static Head Head(string label, Thresholds thresholds, Certificate? certificate = null) => new()
    {
        Label = label,
        Version = 1,
        Encoder = "e",
        Feature = "mean",
        Weights = [1],
        Bias = 0,
        Thresholds = thresholds,
        Certificate = certificate,
    };

    public static HeadSet Set(params Head[] heads) => HeadSet.Empty("e", new FeatureLayout(["mean"], 1)).With(heads);

    public static DecisionBands Bands(params Head[] heads) => new(Set(heads).Heads, new DecisionOptions(), Start);

    public static DecisionBands Strict(params Head[] heads) =>
        new(Set(heads).Heads, new DecisionOptions { Mode = DecisionMode.Certified }, Start);

    public static LabelDecision[] Decide(this DecisionBands bands, params float[] probabilities) =>
        bands.Decide(out _, probabilities);

    public static LabelDecision[] Decide(
        this DecisionBands bands, out MessageOutcome outcome, params float[] probabilities)
    {
        var labels = new LabelDecision[probabilities.Length];
        outcome = bands.Decide(probabilities, labels);
        return labels;
    }

    /// <summary>Message number n; its tokens are its own unless given.</summary>
    public static ReviewCandidate Message(DecisionBands bands, long number, float[] probabilities, int[]? tokens = null,
        float anomaly = float.NaN, (int Label, float P)[]? challengers = null) => new()
        {
            Source = new SourcePosition("messages", (int)(number % 4), number),
            Bands = bands,
            Probabilities = probabilities,
            Labels = bands.Decide(out var outcome, probabilities),
            Outcome = outcome,
            Tokens = tokens ?? [101, .. Enumerable.Range(0, 12).Select(i => (int)(number * 12 + i)), 102],
            AnomalyP = anomaly,
            Challengers = Array.ConvertAll(
                challengers ?? [], one => new Challenger(one.Label, bands.Heads[one.Label])),
            ChallengerProbabilities = Array.ConvertAll(challengers ?? [], one => one.P),
        };
}
