using Worker.Core.Heads;
using Worker.Learning.Fitting;

namespace Worker.Learning.Experiments;

/// <summary>
/// Ways to bring heads up to date when answers have come in. A part of a split's training rows is old, and heads were
/// fitted on it; the others are new.
/// </summary>
internal static class UpdateVariants
{
    /// <summary>All ways, the baselines included.</summary>
    /// <param name="share">Of the training rows, that is old; in (0, 1).</param>
    /// <param name="feature">Of the base.</param>
    public static IReadOnlyList<Variant> All(double share, string feature, TrainingOptions training)
    {
        var old = FormattableString.Invariant($"{100 * share:0.#}%");
        return
        [
            new Variant("update-old", $"the heads fitted on {old} of the texts, as they are")
            {
                Make = trial => new VariantHeads(Old(trial)),
            },
            new Variant("update-new-only", "fitted on the other texts alone")
            {
                Make = trial => new VariantHeads(
                    trial.Fitted(feature, UpdateSplit.Of(trial, share).New, training)),
            },
            new Variant("update-refit", "fitted on all, from the old heads")
            {
                Make = trial => new VariantHeads(Or(
                    trial.Fitted(feature, trial.Rows.Both, training, [.. Old(trial).Values]), Old(trial))),
            },
            new Variant("update-prior", "fitted on the new texts, weights pulled to the old heads'")
            {
                Make = trial => new VariantHeads(Or(
                    trial.Fitted(feature, UpdateSplit.Of(trial, share).New, training with { Prior = true },
                        [.. Old(trial).Values]), Old(trial))),
            },
            new Variant("update-ensemble", "old heads and heads of the new texts, by held-out log-loss, folded")
            {
                Make = trial =>
                {
                    // What the share of either is learnt on is fitted by neither.
                    var (before, fresh) = (Old(trial),
                        trial.Fitted(feature, UpdateSplit.Of(trial, share).NewToFit, training));
                    return new VariantHeads(Or(Or(Together(trial, share, before, fresh), before), fresh));
                },
            },
        ];

        IReadOnlyDictionary<string, Head> Old(Trial trial) =>
            trial.FittedOnce(feature, UpdateSplit.Of(trial, share).Old, training);
    }

    /// <summary>α · old + (1 − α) · fresh for each label that both have.</summary>
    private static Dictionary<string, Head> Together(
        Trial trial, double share, IReadOnlyDictionary<string, Head> before, IReadOnlyDictionary<string, Head> fresh)
    {
        var heldOut = UpdateSplit.Of(trial, share).HeldOut;
        var heads = new Dictionary<string, Head>(StringComparer.Ordinal);
        foreach (var (label, head) in before)
            if (fresh.TryGetValue(label, out var other))
                heads[label] = Variants.Weighed(trial, label, [head, other], heldOut, Variants.Weighted);
        return heads;
    }

    /// <summary>The first's heads, and the others' of labels that it has none of.</summary>
    private static Dictionary<string, Head> Or(
        IReadOnlyDictionary<string, Head> first, IReadOnlyDictionary<string, Head> others)
    {
        var heads = new Dictionary<string, Head>(first, StringComparer.Ordinal);
        foreach (var (label, head) in others)
            heads.TryAdd(label, head);
        return heads;
    }
}

/// <summary>A split's training rows, parted into old and new; copies of a text are on one side.</summary>
/// <param name="Old">Rows that the old heads are fitted on.</param>
/// <param name="NewToFit">New rows, but for those held out.</param>
/// <param name="HeldOut">New rows that an ensemble learns its weights on.</param>
internal sealed record UpdateSplit(int[] Old, int[] NewToFit, int[] HeldOut)
{
    /// <summary>Share of the new rows that is held out.</summary>
    private const double HeldOutShare = 0.25;

    public int[] New => [.. NewToFit, .. HeldOut];

    /// <param name="share">Of all training rows, that is old.</param>
    public static UpdateSplit Of(Trial trial, double share)
    {
        var (rows, groups) = (trial.Rows.Both, trial.Data.Groups);
        var old = Border((int)Math.Round(share * rows.Length));
        var toFit = Border(rows.Length - (int)Math.Round(HeldOutShare * (rows.Length - old)));
        return new UpdateSplit(rows[..old], rows[old..toFit], rows[toFit..]);

        // Rows of a group follow each other.
        int Border(int at)
        {
            while (at > 0 && at < rows.Length && groups[rows[at]] == groups[rows[at - 1]])
                at++;
            return at;
        }
    }
}
