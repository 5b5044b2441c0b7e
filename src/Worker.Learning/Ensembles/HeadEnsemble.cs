using Worker.Core.Features;
using Worker.Core.Heads;

namespace Worker.Learning.Ensembles;

/// <summary>
/// Several heads of one label that decide together: log-odds = Σ wₖ·(aₖ·zₖ + cₖ) + intercept, zₖ member k's logit and
/// (aₖ, cₖ) its calibration. That is linear in the features, so it is one head.
/// </summary>
internal sealed class HeadEnsemble
{
    /// <param name="members">Heads of one label for one encoder; on features made of equally wide parts.</param>
    /// <param name="weights">w; one per member.</param>
    /// <param name="intercept">Added to the log-odds.</param>
    /// <exception cref="ArgumentException">No members, or they do not belong together.</exception>
    public HeadEnsemble(IReadOnlyList<Head> members, IReadOnlyList<double> weights, double intercept = 0)
    {
        if (members.Count == 0 || members.Count != weights.Count)
            throw new ArgumentException(
                $"an ensemble needs a weight for each member and at least one: there are {members.Count} heads and " +
                $"{weights.Count} weights", nameof(weights));
        var first = members[0];
        foreach (var member in members)
        {
            if (member.Label != first.Label || member.Encoder != first.Encoder)
                throw new ArgumentException(
                    $"heads of one label and one encoder answer together: '{first.Label}' for encoder " +
                    $"{first.Encoder} and '{member.Label}' for encoder {member.Encoder} do not", nameof(members));
            if (member.Calibration.Curve is not null)
                throw new ArgumentException(
                    $"head '{member.Label}' has an isotonic calibration, which is not linear and cannot be folded: " +
                    "train it with Platt's", nameof(members));
            if (Width(member) != Width(first))
                throw new ArgumentException(
                    $"head '{member.Label}' on {member.Feature} has parts of {Width(member)} floats, on " +
                    $"{first.Feature} of {Width(first)}: they are of different encoders", nameof(members));
        }
        (Members, Weights, Intercept) = (members, weights, intercept);
    }

    public IReadOnlyList<Head> Members { get; }

    public IReadOnlyList<double> Weights { get; }

    public double Intercept { get; }

    /// <summary>All members with equal weights.</summary>
    public static HeadEnsemble Mean(IReadOnlyList<Head> members) =>
        new(members, [.. members.Select(_ => 1.0 / members.Count)]);

    /// <summary>Log-odds of the ensemble from each member's logit.</summary>
    public double LogOdds(ReadOnlySpan<double> logits)
    {
        var sum = Intercept;
        for (var k = 0; k < logits.Length; k++)
            sum += Weights[k] * (Members[k].Calibration.Slope * logits[k] + Members[k].Calibration.Intercept);
        return sum;
    }

    /// <summary>
    /// The single head whose logit is the ensemble's log-odds, on the union of the members' features: for one on
    /// <c>mean</c> and one on <c>layer3+mean</c> it is <c>layer3+mean</c>. Its logit is already calibrated. It decides
    /// at the members' mean threshold (in log-odds) and has no review band, because bands and certificates of members
    /// do not hold for it.
    /// </summary>
    public Head Fold()
    {
        string[] parts =
            [.. Members.SelectMany(member => FeatureNames.Parts(member.Feature)).Distinct(StringComparer.Ordinal)];
        var width = Width(Members[0]);
        var sums = new double[parts.Length * width];
        var (bias, threshold, total) = (Intercept, 0.0, 0.0);
        for (var k = 0; k < Members.Count; k++)
        {
            var (member, slope) = (Members[k], Weights[k] * Members[k].Calibration.Slope);
            var own = FeatureNames.Parts(member.Feature);
            for (var part = 0; part < own.Length; part++)
            {
                var target = sums.AsSpan(Array.IndexOf(parts, own[part]) * width, width);
                for (var i = 0; i < width; i++)
                    target[i] += slope * member.Weights[part * width + i];
            }
            bias += slope * member.Bias + Weights[k] * member.Calibration.Intercept;
            var decide = Math.Clamp(member.Thresholds.Decide, 1e-9, 1 - 1e-9);
            threshold += Math.Log(decide / (1 - decide));
            total++;
        }
        var at = Calibration.Identity.Probability(threshold / total);
        return Members[0] with
        {
            Version = Members.Max(member => member.Version),
            Feature = string.Join('+', parts),
            Weights = Array.ConvertAll(sums, sum => (float)sum),
            Bias = (float)bias,
            Calibration = Calibration.Identity,
            Thresholds = new Thresholds(at, at, at),
            Certificate = null,
            Interval = null,
        };
    }

    /// <summary>Floats of one part of a head's feature.</summary>
    private static int Width(Head head) => head.Weights.Length / FeatureNames.Parts(head.Feature).Length;
}
