using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>
/// A round's labels in batches that bound its memory: examples, held-out figures and heads of one batch are let go
/// before the next. Labels that may be judged as an exclusive group stay together.
/// </summary>
internal static class RoundBatches
{
    /// <summary>Share by which counts of answers may differ from those of the texts that are read.</summary>
    private const double Tolerance = 0.1;

    /// <param name="labels">In the order in which they are to be trained.</param>
    /// <param name="texts">How many texts they have answers on, all together.</param>
    /// <param name="maximum">Examples of a label that are read at most.</param>
    /// <param name="batch">Examples of a batch at most, unless a label or a group alone has more.</param>
    /// <param name="group">The exclusive group that a label's head is in; null for none.</param>
    public static IReadOnlyList<IReadOnlyList<LabelState>> Of(
        IReadOnlyList<LabelState> labels, int texts, int maximum, long batch, Func<string, string?> group)
    {
        if (labels.Sum(label => Examples(label, maximum)) <= batch || MayBeExclusive(labels, texts, maximum))
            return [labels];
        var batches = new List<List<LabelState>>();
        var size = batch;
        // A label without a group is one of its own.
        foreach (var together in labels.GroupBy(label => group(label.Name) is { } name ? $"g{name}" : $"l{label.Name}",
            StringComparer.Ordinal))
        {
            var more = together.Sum(label => Examples(label, maximum));
            if (size + more > batch)
            {
                batches.Add([]);
                size = 0;
            }
            batches[^1].AddRange(together);
            size += more;
        }
        return batches;
    }

    /// <summary>Examples of a label that are read.</summary>
    public static long Examples(LabelState label, int maximum) =>
        Math.Min(maximum, label.Positives + label.Negatives + label.Weak);

    /// <summary>
    /// Whether it may be that exactly one of the labels holds for every text: then nearly all texts are answered for
    /// each label, and there are about as many positives as texts. Whether it is so, only the answers tell.
    /// </summary>
    private static bool MayBeExclusive(IReadOnlyList<LabelState> labels, int texts, int maximum)
    {
        var positives = labels.Sum(label => label.Positives * (double)Examples(label, maximum)
            / Math.Max(1, label.Positives + label.Negatives + label.Weak));
        return Math.Abs(positives - texts) <= Tolerance * texts
            && labels.Min(label => Examples(label, maximum)) >= (1 - Tolerance) * texts;
    }
}
