namespace Worker.Learning.Evaluating.Curves;

/// <summary>How probabilities are spread over 20 bins of equal width, by true answer.</summary>
/// <param name="Yes">Rows that have the label; the last bin takes probability 1 too.</param>
/// <param name="No">Rows that do not have it.</param>
internal sealed record ScoreHistogram(IReadOnlyList<int> Yes, IReadOnlyList<int> No)
{
    public const int Bins = 20;

    public static ScoreHistogram Of(ScoredAnswers scored)
    {
        var (yes, no) = (new int[Bins], new int[Bins]);
        for (var i = 0; i < scored.Count; i++)
            (scored.Truth[i] ? yes : no)[Math.Min(Bins - 1, (int)(scored.Probabilities[i] * Bins))]++;
        return new ScoreHistogram(yes, no);
    }
}
