namespace Worker.Learning.Evaluating.Curves;

/// <summary>What stays wrong when people answer a share of the texts correctly.</summary>
/// <param name="Share">Share of the texts, the riskiest first.</param>
/// <param name="Error">Share of all decisions that are still wrong.</param>
/// <param name="RandomError">The same if the texts were drawn at random (expected).</param>
/// <param name="AutomaticError">Share of wrong decisions on the texts that nobody looked at; 0 if people answer
/// all.</param>
/// <param name="TextError">Share of all texts that still have a wrong decision.</param>
internal readonly record struct ReviewPoint(
    double Share, double Error, double RandomError, double AutomaticError, double TextError);

/// <summary>
/// Review share against error (collaborative accuracy): the texts with the highest risk are answered by people first.
/// </summary>
/// <param name="Texts">Texts with an answer.</param>
/// <param name="Points">0, 1%, …, 100%.</param>
internal sealed record ReviewCurve(int Texts, IReadOnlyList<ReviewPoint> Points)
{
    private const int Steps = 100;

    public static ReviewCurve Of(IReadOnlyList<TextError> errors)
    {
        var (wrongTexts, wrong, all) = (
            errors.Count(e => e.Wrong > 0), errors.Sum(e => (long)e.Wrong), errors.Sum(e => (long)e.Known));
        var byRisk = errors.OrderByDescending(e => e.Risk).ToArray();
        var (atFirst, automatic) = (Share(wrong, all), all);
        var points = new ReviewPoint[Steps + 1];
        var asked = 0;
        for (var step = 0; step <= Steps; step++)
        {
            var until = (int)Math.Round((double)step * byRisk.Length / Steps);
            for (; asked < until; asked++)
            {
                wrongTexts -= byRisk[asked].Wrong > 0 ? 1 : 0;
                wrong -= byRisk[asked].Wrong;
                automatic -= byRisk[asked].Known;
            }
            points[step] = new ReviewPoint(
                (double)step / Steps,
                Share(wrong, all),
                atFirst * (1 - (double)step / Steps),
                Share(wrong, automatic),
                Share(wrongTexts, byRisk.Length));
        }
        return new ReviewCurve(byRisk.Length, points);
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
