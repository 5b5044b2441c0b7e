using Worker.Core.Heads;
using Worker.Learning.Calibrating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Ensembles;

/// <summary>
/// Different heads of a label as one, with weights by logistic regression on what they say of texts that none of them
/// was fitted to (stacking, Wolpert 1992). What is said of a part of those texts comes from weights, a calibration and
/// a threshold that were learned on the other parts.
/// </summary>
internal static class StackedHead
{
    /// <summary>Texts of either answer without which no weights are learned.</summary>
    public const int MinimumOfEach = DecisionThreshold.MinimumPositives;

    /// <param name="members">With Platt's calibration.</param>
    /// <param name="said">For each member what is said of the texts of <paramref name="judged"/> without them.</param>
    /// <param name="refit">The label's fit to all answers; of it stay version, group and numbers of answers.</param>
    /// <param name="judged">The texts and their answers; copies once.</param>
    /// <param name="options">How thresholds are chosen.</param>
    /// <param name="weights">How much the texts count in calibration; as many. Null for all alike.</param>
    /// <returns>Null with fewer than <see cref="MinimumOfEach"/> texts of an answer.</returns>
    /// <exception cref="ArgumentException">The heads do not belong together.</exception>
    public static (Head Head, HeldOutEvidence HeldOut)? Fold(
        IReadOnlyList<Head> members, IReadOnlyList<IReadOnlyList<double>> said, Head refit,
        (int[] Rows, bool[] Answers) judged, TrainingOptions options, double[]? weights = null)
    {
        var positives = judged.Answers.AsSpan().Count(true);
        if (Math.Min(positives, judged.Answers.Length - positives) < MinimumOfEach)
            return null;
        var rows = HeldOutRows.Parted(judged.Rows, judged.Answers) with
        {
            Weights = weights is null ? null : ImportanceWeights.Truncated(weights),
        };
        // 1. [rows, members].
        var logOdds = new double[judged.Rows.Length * members.Count];
        for (var row = 0; row < judged.Rows.Length; row++)
            for (var member = 0; member < members.Count; member++)
                logOdds[row * members.Count + member] = EnsembleWeights.LogOdds(said[member][row]);
        // 2. Weights of all rows for the head, and of the other parts' for what is said of a part.
        var (all, intercept) = EnsembleWeights.Stacked(logOdds, judged.Answers, members.Count);
        float[][] byOthers =
        [
            .. Enumerable.Range(0, rows.Parts).Select(part =>
            {
                var (w, b) = EnsembleWeights.Stacked(
                    [.. Enumerable.Range(0, judged.Rows.Length).Where(row => rows.Part[row] != part)
                        .SelectMany(row => logOdds[(row * members.Count)..((row + 1) * members.Count)])],
                    rows.Of(judged.Answers, part, others: true), members.Count);
                return Logits(logOdds, w, b);
            }),
        ];
        // 3. The rest, in a form that the next head can be stacked on.
        var made = HeldOutCalibration.Of(
            rows, Logits(logOdds, all, intercept), part => byOthers[part],
            options with { Calibration = CalibrationMethod.Platt });
        return (
            FoldedHead.Of(new HeadEnsemble(members, all, intercept), refit, made, judged.Answers),
            HeldOutEvidence.Of(rows, made.Cross));
    }

    private static float[] Logits(double[] logOdds, double[] weights, double intercept)
    {
        var logits = new float[logOdds.Length / weights.Length];
        for (var row = 0; row < logits.Length; row++)
        {
            var sum = intercept;
            for (var member = 0; member < weights.Length; member++)
                sum += weights[member] * logOdds[row * weights.Length + member];
            logits[row] = (float)sum;
        }
        return logits;
    }
}
