using Worker.Core.Heads;

namespace Worker.Core.Decisions;

/// <summary>What a label's probability leads to.</summary>
public enum Decision
{
    No,
    Review,
    Yes,
}

/// <summary>Decides by a head's thresholds.</summary>
public static class Deciding
{
    /// <summary>Yes from High up, No from Low down, Review between; where Low and High meet, that point is Yes.</summary>
    public static Decision Decide(this Thresholds thresholds, double probability)
    {
        if (probability >= thresholds.High)
            return Decision.Yes;
        return probability <= thresholds.Low ? Decision.No : Decision.Review;
    }

    /// <summary>
    /// How near a probability is to the point where yes and no part: 1 on it, 0 at certainty, linear on either side.
    /// </summary>
    public static double Uncertainty(this Thresholds thresholds, double probability)
    {
        var decide = thresholds.Decide;
        if (probability < decide)
            return probability / decide;
        return decide >= 1 ? 1 : (1 - probability) / (1 - decide);
    }
}
