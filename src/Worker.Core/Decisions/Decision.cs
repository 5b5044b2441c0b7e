using Worker.Core.Heads;

namespace Worker.Core.Decisions;

/// <summary>What a label's probability leads to.</summary>
public enum Decision
{
    No,
    Review,
    Yes,
}

/// <summary>What a message's labels lead to, all together.</summary>
public enum MessageDecision
{
    /// <summary>All labels are no.</summary>
    No,

    /// <summary>No label is yes, and at least one is for people to decide.</summary>
    Review,

    /// <summary>At least one label is yes.</summary>
    Yes,

    /// <summary>No label's probability passes, and the text is unlike anything known: not "all labels no", but none of its business.</summary>
    Other,
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
}
