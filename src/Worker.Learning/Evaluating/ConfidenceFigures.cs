using Worker.Core.Decisions;
using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>How many there are, and how many of them are wrong.</summary>
internal readonly record struct Judged(long All, long Wrong)
{
    /// <summary>Share that is wrong; 0 if there are none.</summary>
    public double Error => All == 0 ? 0 : (double)Wrong / All;

    public static Judged operator +(Judged a, Judged b) => new(a.All + b.All, a.Wrong + b.Wrong);

    public static Judged Add(Judged left, Judged right) => left + right;
}

/// <summary>How often decisions are right, by their confidence.</summary>
/// <param name="Certified">Label decisions with a known answer.</param>
/// <param name="Likely">Likewise.</param>
/// <param name="Uncertain">Likewise.</param>
/// <param name="SureTexts">Texts without an uncertain decision; wrong is one with any wrong decision.</param>
/// <param name="UnsureTexts">The other texts, likewise.</param>
/// <param name="TextsWithYes">Texts with at least one yes.</param>
internal sealed record ConfidenceFigures(
    Judged Certified, Judged Likely, Judged Uncertain, Judged SureTexts, Judged UnsureTexts, int TextsWithYes)
{
    /// <summary>All label decisions.</summary>
    public Judged All => Certified + Likely + Uncertain;

    /// <summary>All texts.</summary>
    public Judged Texts => SureTexts + UnsureTexts;

    /// <summary>Share of all wrong decisions that are uncertain; 0 if none is wrong.</summary>
    public double FoundByUncertain => All.Wrong == 0 ? 0 : (double)Uncertain.Wrong / All.Wrong;

    public static ConfidenceFigures Of(EvaluatedTexts evaluated)
    {
        var labels = new Judged[3];
        var texts = new Judged[2];
        var withYes = 0;
        for (var row = 0; row < evaluated.Texts.Count; row++)
        {
            var answers = evaluated.Answers.Row(row);
            var decisions = evaluated.Decisions(row);
            var (known, wrong, uncertain, yes) = (0, 0, false, false);
            for (var column = 0; column < answers.Length; column++)
            {
                var decision = decisions[column];
                uncertain |= decision.Confidence == Confidence.Uncertain;
                yes |= decision.Decision == Decision.Yes;
                if (answers[column] == AnswerMatrix.Unknown)
                    continue;
                var isWrong = decision.Decision == Decision.Yes != (answers[column] == AnswerMatrix.Yes);
                known++;
                wrong += isWrong ? 1 : 0;
                labels[(int)decision.Confidence] += new Judged(1, isWrong ? 1 : 0);
            }
            if (known == 0)
                continue;
            withYes += yes ? 1 : 0;
            texts[uncertain ? 1 : 0] += new Judged(1, wrong > 0 ? 1 : 0);
        }
        return new ConfidenceFigures(
            labels[(int)Confidence.Certified], labels[(int)Confidence.Likely], labels[(int)Confidence.Uncertain],
            texts[0], texts[1], withYes);
    }
}
