using Worker.Learning.Certifying;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;

namespace Worker.Reports.Reporting;

/// <summary>Checks that a difference is more than chance, before a page reports it.</summary>
internal static class Significance
{
    /// <summary>
    /// How many standard errors a mean difference must be from 0; chance alone reaches that once in 40 times.
    /// </summary>
    private const double StandardErrors = 1.96;

    /// <summary>The same chance for counts.</summary>
    private const double Level = 0.025;

    /// <summary>
    /// Whether probabilities after calibration are worse than before by Brier's score, beyond chance: the mean of the
    /// texts' differences is more than 1.96 standard errors above 0. A text counts once, whatever its labels, because
    /// its answers are related. The calibration error itself has no such test, because it is above 0 by chance alone.
    /// </summary>
    public static bool IsCalibrationWorse(EvaluatedTexts evaluated)
    {
        var (texts, sum, squares) = (0, 0.0, 0.0);
        for (var row = 0; row < evaluated.Texts.Count; row++)
        {
            var (known, difference) = (0, 0.0);
            for (var column = 0; column < evaluated.Heads.Count; column++)
            {
                var answer = evaluated.Answers[row, column];
                if (answer == AnswerMatrix.Unknown)
                    continue;
                var yes = answer == AnswerMatrix.Yes ? 1 : 0;
                var (before, after) = (evaluated.Uncalibrated[row * evaluated.Heads.Count + column],
                    evaluated.Probabilities[row * evaluated.Heads.Count + column]);
                difference += (after - yes) * (after - yes) - (before - yes) * (before - yes);
                known++;
            }
            if (known == 0)
                continue;
            texts++;
            sum += difference;
            squares += difference * difference;
        }
        if (texts < 2)
            return false;
        var mean = sum / texts;
        var variance = Math.Max(0, squares / texts - mean * mean) * texts / (texts - 1);
        return mean > StandardErrors * Math.Sqrt(variance / texts) && mean > 0;
    }

    /// <summary>Whether this many wrong decisions are more than a promised share and chance explain.</summary>
    /// <param name="promised">In (0, 1).</param>
    public static bool IsAbove(Judged decisions, double promised) =>
        decisions.Wrong > 0 && 1 - RiskTest.Binomial((int)decisions.Wrong - 1, (int)decisions.All, promised) <= Level;
}
