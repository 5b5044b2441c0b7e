using Worker.Core.Heads;

namespace Worker.Learning.Fitting;

/// <summary>Whether a head can be used with the given features: same encoder, feature and width.</summary>
internal static class HeadCompatibility
{
    /// <exception cref="HeadRefusedException">It is for another encoder.</exception>
    public static void Require(Head head, string encoder)
    {
        if (head.Encoder != encoder)
            throw new HeadRefusedException(
                head, $"was trained for encoder {head.Encoder}, these features are from {encoder}: use that encoder " +
                    "or train the head again");
    }

    /// <exception cref="HeadRefusedException">It is for another encoder or feature, or has another width.</exception>
    public static void Require(Head head, string feature, int width, string encoder)
    {
        Require(head, encoder);
        if (head.Feature != feature)
            throw new HeadRefusedException(
                head, $"uses feature '{head.Feature}', these features are '{feature}': encode with that feature or " +
                    "train the head again");
        if (head.Weights.Length != width)
            throw new HeadRefusedException(
                head, $"has {head.Weights.Length} weights, the features have {width} floats: it is damaged or the " +
                    "features are of another encoder");
    }
}
