using Worker.Core.Heads;

namespace Worker.Core.Decisions;

/// <summary>
/// The bounds that a head set decides by at a time. A head without a certificate decides by its thresholds; one with a
/// certificate decides by itself only on the sides that are certified at that time, everything else is for people.
/// Immutable; made anew when the heads change or a certificate expires.
/// </summary>
public sealed class DecisionBands
{
    private readonly Band[] bands;

    /// <param name="heads">Whose labels; band i is head i's.</param>
    /// <param name="now">Certificates that have expired by then count no more.</param>
    public DecisionBands(HeadSet heads, DateTimeOffset now)
    {
        Heads = heads;
        bands = [.. heads.Heads.Select(head => new Band(head, now))];
        Until = heads.Heads.Select(head => head.Certificate?.Expires).Where(expires => expires > now).Min() ?? DateTimeOffset.MaxValue;
    }

    public HeadSet Heads { get; }

    /// <summary>Until when they hold: the next certificate's expiry.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>Whether these are the bounds of that set at that time.</summary>
    public bool Cover(HeadSet heads, DateTimeOffset now) => ReferenceEquals(Heads, heads) && now < Until;

    /// <summary>Yes from High up, No from Low down, Review between and on a side that may not decide.</summary>
    public Decision Decide(int label, double probability)
    {
        ref readonly var band = ref bands[label];
        if (probability >= band.High)
            return Decision.Yes;
        return probability <= band.Low ? Decision.No : Decision.Review;
    }

    /// <summary>Whether a probability lies on a side of its label's band that has a certificate, whatever is decided there.</summary>
    public bool IsCertified(int label, double probability)
    {
        ref readonly var band = ref bands[label];
        return probability >= band.Decide ? band.YesCertified : band.NoCertified;
    }

    /// <summary>Whether a probability reaches the point where yes and no part.</summary>
    public bool Passes(int label, double probability) => probability >= bands[label].Decide;

    /// <summary>How near a probability is to that point: 1 on it, 0 at certainty, linear on either side.</summary>
    public double Uncertainty(int label, double probability)
    {
        ref readonly var band = ref bands[label];
        return probability < band.Decide ? probability * band.Below : band.Decide >= 1 ? 1 : (1 - probability) * band.Above;
    }

    private readonly struct Band
    {
        public Band(Head head, DateTimeOffset now)
        {
            var thresholds = head.Thresholds;
            var holds = head.Certificate?.Holds(now) ?? false;
            (YesCertified, NoCertified) = (holds && head.Certificate!.Yes is not null, holds && head.Certificate!.No is not null);
            Decide = thresholds.Decide;
            High = head.Certificate is null || YesCertified ? thresholds.High : double.PositiveInfinity;
            Low = head.Certificate is null || NoCertified ? thresholds.Low : double.NegativeInfinity;
            (Below, Above) = (1 / Decide, 1 / (1 - Decide));
        }

        public double Low { get; }

        public double Decide { get; }

        public double High { get; }

        public double Below { get; }

        public double Above { get; }

        public bool YesCertified { get; }

        public bool NoCertified { get; }
    }
}
