using Worker.Core.Heads;

namespace Worker.Core.Decisions;

/// <summary>
/// Where a message stands among the last ones for each head that was made from a description. Such a head's probability
/// means nothing by itself, its order does. One caller at a time.
/// </summary>
internal sealed class DescribedRanks
{
    private DecisionBands? bands;
    private Dictionary<Head, RunningQuantile> recent = new(ReferenceEqualityComparer.Instance);
    private RunningQuantile[] ofLabel = [];
    private double[] shares = [];

    /// <summary>
    /// The share of the stream that each described label's head ranks above the message, which then belongs to the
    /// stream; [described labels], valid until the next call.
    /// </summary>
    public ReadOnlySpan<double> Take(in ReviewCandidate message)
    {
        if (!ReferenceEquals(bands, message.Bands))
            Follow(message.Bands);
        var described = message.Bands.Described;
        for (var i = 0; i < described.Length; i++)
        {
            var p = message.Probabilities[described[i]];
            shares[i] = ofLabel[i].ShareAbove(p);
            ofLabel[i].Add(p);
        }
        return shares;
    }

    /// <summary>Heads that stay in use keep what they have seen.</summary>
    private void Follow(DecisionBands next)
    {
        bands = next;
        var known = recent;
        var described = next.Described;
        (recent, ofLabel) = (new(ReferenceEqualityComparer.Instance), new RunningQuantile[described.Length]);
        for (var i = 0; i < described.Length; i++)
        {
            var head = next.Heads[described[i]];
            recent[head] = ofLabel[i] = known.GetValueOrDefault(head) ?? new RunningQuantile();
        }
        shares = new double[described.Length];
    }
}
