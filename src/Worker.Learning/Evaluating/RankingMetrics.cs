using Worker.Core.Numerics;

namespace Worker.Learning.Evaluating;

/// <summary>How well scores rank positives before negatives; no threshold involved.</summary>
internal static class RankingMetrics
{
    /// <summary>
    /// Average precision, AP = Σₙ (Rₙ − Rₙ₋₁)·Pₙ over the distinct scores from high to low, without interpolation (as
    /// scikit-learn's average_precision_score). 0 when there are no positives.
    /// </summary>
    public static double AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<bool> answers)
    {
        using var rentedScores = new Rented<double>(scores.Length);
        using var rentedAnswers = new Rented<bool>(scores.Length);
        var sorted = rentedScores.Span;
        var truth = rentedAnswers.Span;
        scores.CopyTo(sorted);
        answers.CopyTo(truth);
        sorted.Sort(truth);
        var positives = answers.Count(true);
        var (sum, truePositives, counted) = (0.0, 0, 0);
        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            truePositives += truth[i] ? 1 : 0;
            if (i > 0 && sorted[i - 1] == sorted[i])
                continue;
            sum += (double)(truePositives - counted) / positives * truePositives / (sorted.Length - i);
            counted = truePositives;
            if (truePositives == positives)
                break;
        }
        return positives == 0 ? 0 : sum;
    }

    /// <summary>
    /// Area under the ROC curve: the chance that a random positive scores above a random negative, ties counting half
    /// (Mann and Whitney's U over its maximum). Null when either kind is missing.
    /// </summary>
    public static double? RocAuc(ReadOnlySpan<double> scores, ReadOnlySpan<bool> answers)
    {
        long positives = answers.Count(true);
        var negatives = answers.Length - positives;
        if (positives == 0 || negatives == 0)
            return null;
        var (sorted, truth) = (scores.ToArray(), answers.ToArray());
        Array.Sort(sorted, truth);
        var (won, below) = (0.0, 0L);
        for (int i = 0, end; i < sorted.Length; i = end)
        {
            var (tiedPositives, tiedNegatives) = (0L, 0L);
            for (end = i; end < sorted.Length && sorted[end] == sorted[i]; end++)
            {
                tiedPositives += truth[end] ? 1 : 0;
                tiedNegatives += truth[end] ? 0 : 1;
            }
            won += tiedPositives * (below + tiedNegatives / 2.0);
            below += tiedNegatives;
        }
        return won / ((double)positives * negatives);
    }
}
