namespace Worker.Learning.Evaluating.Curves;

/// <summary>The figures at a threshold: yes is p ≥ threshold.</summary>
/// <param name="Threshold">The lowest probability that is a yes.</param>
/// <param name="X">Recall of a precision-recall curve, false positive rate of a ROC curve.</param>
/// <param name="Y">Precision, or true positive rate (recall).</param>
internal readonly record struct OperatingPoint(double Threshold, double X, double Y);

/// <summary>Precision against recall, and recall against the false positive rate, over all thresholds.</summary>
internal static class OperatingCurves
{
    /// <summary>
    /// Points closer than this to the last kept point, in both directions, are left out, because nobody would see them.
    /// </summary>
    private const double Resolution = 0.01;

    /// <summary>From the strictest threshold to the laxest; empty without positives.</summary>
    public static IReadOnlyList<OperatingPoint> PrecisionRecall(ScoredAnswers scored) =>
        scored.Positives == 0 ? [] : Walk(scored, (predicted, truePositives) =>
            ((double)truePositives / scored.Positives, (double)truePositives / predicted));

    /// <summary>
    /// From (0, 0), which needs a threshold above 1, to (1, 1); empty if only one kind of answer is known.
    /// </summary>
    public static IReadOnlyList<OperatingPoint> Roc(ScoredAnswers scored) =>
        scored.Positives == 0 || scored.Negatives == 0
            ? []
            :
            [
                new OperatingPoint(double.PositiveInfinity, 0, 0),
                .. Walk(scored, (predicted, truePositives) => (
                    (double)(predicted - truePositives) / scored.Negatives,
                    (double)truePositives / scored.Positives)),
            ];

    /// <param name="point">Gets how many are predicted yes and how many of them are right.</param>
    private static List<OperatingPoint> Walk(ScoredAnswers scored, Func<int, int, (double X, double Y)> point)
    {
        var points = new List<OperatingPoint>();
        var truePositives = 0;
        for (var i = scored.Count - 1; i >= 0; i--)
        {
            truePositives += scored.Truth[i] ? 1 : 0;
            // Equal probabilities cannot be separated.
            if (i > 0 && scored.Probabilities[i - 1] == scored.Probabilities[i])
                continue;
            var (x, y) = point(scored.Count - i, truePositives);
            if (points.Count == 0 || i == 0 || Math.Abs(x - points[^1].X) >= Resolution
                || Math.Abs(y - points[^1].Y) >= Resolution)
                points.Add(new OperatingPoint(scored.Probabilities[i], x, y));
        }
        return points;
    }
}
