using System.Collections.Immutable;
using Worker.Core.Heads;

namespace Worker.Core.Decisions;

/// <summary>
/// Decides a message's labels, by the bounds that a head set has at a given time. Immutable; made again when the heads
/// change or a certificate expires.
/// <para>
/// A label is yes if p is at least its head's decide point. In an exclusive group the most probable label is yes and
/// the others are no. The chance that a decision is wrong is 1 − p for a yes and p for a no. In a group p is the
/// label's share of the group's probabilities, because one of them must hold.
/// </para>
/// <para>
/// A head that was made from a description decides nothing: its label is withheld and uncertain, whatever p is. The
/// outcome of the message is as if the label were not there; a message without any other label is withheld too.
/// </para>
/// </summary>
public sealed class DecisionBands
{
    private readonly Band[] bands;
    private readonly ExclusiveGroups groups;
    private readonly double uncertainFrom;
    private readonly bool withholds;
    private readonly int[] described;

    /// <param name="heads">The heads whose labels are decided; label i is head i's.</param>
    /// <param name="options">How to decide.</param>
    /// <param name="now">Certificates that have expired by then do not count.</param>
    public DecisionBands(ImmutableArray<Head> heads, DecisionOptions options, DateTimeOffset now)
    {
        Heads = heads;
        groups = new ExclusiveGroups(heads);
        bands = [.. heads.Select((head, label) => new Band(head, groups.Contains(label), now))];
        uncertainFrom = options.UncertainFrom;
        described = [.. Enumerable.Range(0, heads.Length).Where(label => heads[label].Described is not null)];
        withholds = options.Mode == DecisionMode.Certified;
        Until = heads.Select(head => head.Certificate?.Expires).Where(expires => expires > now).Min()
            ?? DateTimeOffset.MaxValue;
    }

    public ImmutableArray<Head> Heads { get; }

    /// <summary>Labels, rising, whose heads were made from descriptions: they rank texts and decide nothing.</summary>
    public ReadOnlySpan<int> Described => described;

    /// <summary>Until when these bounds hold: the next certificate's expiry.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>Whether these are the bounds of those heads at that time.</summary>
    public bool Cover(ImmutableArray<Head> heads, DateTimeOffset now) => heads == Heads && now < Until;

    /// <summary>Decides all labels of one message; allocates nothing.</summary>
    /// <param name="probabilities">Calibrated; [labels].</param>
    /// <param name="decisions">Gets a decision for each label; [labels].</param>
    /// <param name="certifies">Whether certificates hold for this message.</param>
    public MessageOutcome Decide(
        ReadOnlySpan<float> probabilities, Span<LabelDecision> decisions, bool certifies = true)
    {
        var (top, highest) = (-1, float.NegativeInfinity);
        var (yes, uncertain, withheld, passes) = (false, 0, 0, false);
        for (var label = 0; label < probabilities.Length; label++)
        {
            var p = probabilities[label];
            ref readonly var band = ref bands[label];
            if (band.OnlyRanks)
            {
                decisions[label] = new LabelDecision(Decision.Review, Confidence.Uncertain);
                continue;
            }
            if (p > highest)
                (top, highest) = (label, p);
            passes |= p >= band.Decide;
            // A group is decided as a whole, below.
            if (band.Grouped)
                continue;
            var decision = Of(band, p, p >= band.Decide, p, certifies);
            decisions[label] = decision;
            yes |= decision.Decision == Decision.Yes;
            withheld += decision.Decision == Decision.Review ? 1 : 0;
            uncertain += decision.Confidence == Confidence.Uncertain ? 1 : 0;
        }
        foreach (var members in groups.Members)
        {
            var (chosen, sum) = ExclusiveGroups.Top(members, probabilities);
            foreach (var label in members)
            {
                var decision = Of(bands[label], probabilities[label], label == chosen,
                    ExclusiveGroups.Share(probabilities[label], sum, members.Length), certifies);
                decisions[label] = decision;
                yes |= decision.Decision == Decision.Yes;
                withheld += decision.Decision == Decision.Review ? 1 : 0;
                uncertain += decision.Confidence == Confidence.Uncertain ? 1 : 0;
            }
        }
        var message = yes ? MessageDecision.Yes
            : withheld > 0 || (described.Length > 0 && described.Length == bands.Length) ? MessageDecision.Review
            : MessageDecision.No;
        return new MessageOutcome(message, top, uncertain, withheld, passes);
    }

    /// <summary>Whether a probability reaches its label's threshold between yes and no.</summary>
    public bool Passes(int label, float probability) => probability >= bands[label].Decide;

    /// <summary>Whether the label's head was made from a description.</summary>
    public bool OnlyRanks(int label) => bands[label].OnlyRanks;

    /// <summary>
    /// How close a label's decision is to the other one: 1 at the threshold, 0 at certainty, linear on either side. In
    /// a group: 1 minus the margin between the label and the best of the others.
    /// </summary>
    public double Uncertainty(int label, ReadOnlySpan<float> probabilities)
    {
        ref readonly var band = ref bands[label];
        if (band.Grouped)
            return 1 - groups.Margin(label, probabilities);
        double p = probabilities[label];
        return p < band.Decide ? p * band.Below : band.Decide >= 1 ? 1 : (1 - p) * band.Above;
    }

    /// <param name="p">Of the label, by which certificates were made.</param>
    /// <param name="yes">Whether its best answer is yes.</param>
    /// <param name="share">The value that the chance of error is computed from: p, or its share of a group.</param>
    /// <param name="certifies">Whether certificates hold.</param>
    private LabelDecision Of(in Band band, float p, bool yes, double share, bool certifies)
    {
        var certified = certifies && (yes ? p >= band.YesFrom : p <= band.NoTo);
        var confidence = certified ? Confidence.Certified
            : (yes ? 1 - share : share) >= uncertainFrom
                || (p > band.ReviewFrom && p < band.ReviewTo) ? Confidence.Uncertain
            : Confidence.Likely;
        var withheld = withholds && (band.HasCertificate ? !certified : p > band.ReviewFrom && p < band.ReviewTo);
        return new LabelDecision(withheld ? Decision.Review : yes ? Decision.Yes : Decision.No, confidence);
    }

    private readonly struct Band
    {
        public Band(Head head, bool grouped, DateTimeOffset now)
        {
            var thresholds = head.Thresholds;
            HasCertificate = head.Certificate is not null;
            var holds = head.Certificate?.Holds(now) ?? false;
            // In 32 bits like the probabilities; otherwise a row on a bound could fall to either side of it.
            OnlyRanks = head.Described is not null;
            Decide = OnlyRanks ? float.PositiveInfinity : (float)thresholds.Decide;
            YesFrom = holds && head.Certificate!.Yes is not null ? (float)thresholds.High : float.PositiveInfinity;
            NoTo = holds && head.Certificate!.No is not null ? (float)thresholds.Low : float.NegativeInfinity;
            // A head with a certificate has no separate band: its bounds are the certificate's.
            (ReviewFrom, ReviewTo) = HasCertificate
                ? (float.PositiveInfinity, float.NegativeInfinity)
                : ((float)thresholds.Low, (float)thresholds.High);
            (Below, Above) = (1 / thresholds.Decide, 1 / (1 - thresholds.Decide));
            Grouped = grouped;
        }

        /// <summary>The threshold between yes and no.</summary>
        public float Decide { get; }

        /// <summary>A yes is certified from here up.</summary>
        public float YesFrom { get; }

        /// <summary>A no is certified up to here.</summary>
        public float NoTo { get; }

        /// <summary>The lower bound of the review band of a head without a certificate.</summary>
        public float ReviewFrom { get; }

        /// <summary>The upper bound of that review band.</summary>
        public float ReviewTo { get; }

        public double Below { get; }

        public double Above { get; }

        public bool HasCertificate { get; }

        public bool Grouped { get; }

        /// <summary>Whether it was made from a description.</summary>
        public bool OnlyRanks { get; }
    }
}
