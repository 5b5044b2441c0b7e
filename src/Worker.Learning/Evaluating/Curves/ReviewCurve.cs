namespace Worker.Learning.Evaluating.Curves;

/// <summary>What is left wrong when people answer a share of the texts, rightly.</summary>
/// <param name="Share">Of the texts, the riskiest.</param>
/// <param name="TextError">Share of all texts that still have a wrong decision.</param>
/// <param name="RandomTextError">The same had the texts been drawn at random (expected).</param>
/// <param name="AutomaticTextError">Share of wrong ones among the texts that no one looked at; 0 when people answer all.</param>
/// <param name="DecisionError">Share of all decisions that are still wrong.</param>
public readonly record struct ReviewPoint(double Share, double TextError, double RandomTextError, double AutomaticTextError, double DecisionError);

/// <summary>
/// Review share against error (collaborative accuracy): the texts with the highest risk are answered by people first.
/// </summary>
/// <param name="Texts">Texts with an answer.</param>
/// <param name="Points">0, 1%, …, 100%.</param>
public sealed record ReviewCurve(int Texts, IReadOnlyList<ReviewPoint> Points)
{
    private const int Steps = 100;

    public static ReviewCurve Of(IReadOnlyList<TextError> errors)
    {
        var (wrongTexts, wrongDecisions, decisions) = (errors.Count(e => e.Wrong > 0), errors.Sum(e => (long)e.Wrong), errors.Sum(e => (long)e.Known));
        var byRisk = errors.OrderByDescending(e => e.Risk).ToArray();
        var baseError = (double)wrongTexts / Math.Max(1, byRisk.Length);
        var points = new ReviewPoint[Steps + 1];
        var asked = 0;
        for (var step = 0; step <= Steps; step++)
        {
            var until = (int)Math.Round((double)step * byRisk.Length / Steps);
            for (; asked < until; asked++)
            {
                wrongTexts -= byRisk[asked].Wrong > 0 ? 1 : 0;
                wrongDecisions -= byRisk[asked].Wrong;
            }
            points[step] = new ReviewPoint(
                (double)step / Steps,
                Share(wrongTexts, byRisk.Length),
                baseError * (1 - (double)step / Steps),
                Share(wrongTexts, byRisk.Length - asked),
                Share(wrongDecisions, decisions));
        }
        return new ReviewCurve(byRisk.Length, points);
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
