using System.Numerics.Tensors;
using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Ensembles;

/// <summary>
/// The mean of a label's bagged members as one head. Calibration, thresholds and certificate come from what members say
/// of texts outside their parts (out-of-bag, Breiman 1996): of each text the mean of those members alone that were not
/// fitted on it nor on a copy. That mean is of about a third of the members, so the head is as good or a little better.
/// </summary>
internal static class BaggedHead
{
    /// <param name="members">Of one label, by <see cref="Bagging.Train"/>, in their order.</param>
    /// <param name="refit">The label's fit to all answers; of it stay version, group and numbers of answers.</param>
    /// <param name="judged">What texts the refit was judged by: the same judge the members.</param>
    /// <param name="features">[texts, width] of the members' feature.</param>
    /// <param name="data">What members were fitted on.</param>
    /// <param name="options">With the seed that they were fitted with.</param>
    /// <param name="weights">How much rows count in calibration, by row and label; null for all alike.</param>
    /// <returns>Null where texts of one kind of answer only are outside a part.</returns>
    public static (Head Head, HeldOutEvidence HeldOut)? Fold(
        IReadOnlyList<Head> members, Head refit, HeldOutEvidence judged, FeatureMatrix features, DataSet data,
        TrainingOptions options, Func<int, int, double>? weights = null)
    {
        var label = data.Labels.IndexOf(refit.Label);
        var said = OutOfBag(members, judged, features, data, label, options.Seed);
        int[] kept = [.. Enumerable.Range(0, said.Length).Where(i => double.IsFinite(said[i]))];
        var truth = Array.ConvertAll(kept, i => judged.Answers[i]);
        if (!truth.Contains(true) || !truth.Contains(false))
            return null;
        var rows = HeldOutRows.Parted(Array.ConvertAll(kept, i => judged.Rows[i]), truth);
        if (weights is not null)
            rows = rows with
            {
                Weights = ImportanceWeights.Truncated(Array.ConvertAll(rows.Rows, row => weights(row, label))),
            };
        var logits = Array.ConvertAll(kept, i => (float)said[i]);
        // Members chose their penalties inside their parts: nothing is left that the rows' parts could choose.
        var made = HeldOutCalibration.Of(rows, logits, _ => logits, options);
        return (
            FoldedHead.Of(HeadEnsemble.Mean(members), refit, made, truth), HeldOutEvidence.Of(rows, made.Cross));
    }

    /// <summary>Mean log-odds of the members that a text is outside of; NaN where there is none.</summary>
    private static double[] OutOfBag(
        IReadOnlyList<Head> members, HeldOutEvidence judged, FeatureMatrix features, DataSet data, int label, int seed)
    {
        var (sums, counts) = (new double[judged.Rows.Length], new int[judged.Rows.Length]);
        for (var member = 0; member < members.Count; member++)
        {
            var part = Bagging.Part(data, label, seed, member);
            var head = members[member];
            for (var i = 0; i < sums.Length; i++)
            {
                if (part[data.Groups[judged.Rows[i]]])
                    continue;
                var logit = TensorPrimitives.Dot(features.Row(judged.Rows[i]), head.Weights) + head.Bias;
                sums[i] += head.Calibration.Slope * logit + head.Calibration.Intercept;
                counts[i]++;
            }
        }
        return [.. sums.Zip(counts, (sum, count) => sum / count)];
    }
}
