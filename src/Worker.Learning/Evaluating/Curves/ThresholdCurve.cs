namespace Worker.Learning.Evaluating.Curves;

/// <summary>Precision, recall and F1 at one threshold.</summary>
/// <param name="Precision">Null if nothing is predicted yes.</param>
internal readonly record struct ThresholdPoint(double Threshold, double? Precision, double Recall, double F1);

/// <summary>Precision, recall and F1 against the threshold.</summary>
internal static class ThresholdCurve
{
    /// <summary>Thresholds 0, 0.01, …, 1.</summary>
    private const int Steps = 100;

    /// <summary>101 points; empty without positives.</summary>
    public static IReadOnlyList<ThresholdPoint> Of(ScoredAnswers scored)
    {
        if (scored.Positives == 0)
            return [];
        var points = new ThresholdPoint[Steps + 1];
        var (first, missed) = (0, 0);
        for (var step = 0; step <= Steps; step++)
        {
            var threshold = (double)step / Steps;
            for (; first < scored.Count && scored.Probabilities[first] < threshold; first++)
                missed += scored.Truth[first] ? 1 : 0;
            var (predicted, truePositives) = (scored.Count - first, scored.Positives - missed);
            points[step] = new ThresholdPoint(
                threshold,
                predicted == 0 ? null : (double)truePositives / predicted,
                (double)truePositives / scored.Positives,
                2.0 * truePositives / (predicted + scored.Positives));
        }
        return points;
    }
}
