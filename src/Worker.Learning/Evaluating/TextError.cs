using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>How one text was decided.</summary>
/// <param name="Row">Of the evaluated texts.</param>
/// <param name="Known">Decisions whose answer is known; above 0.</param>
/// <param name="Wrong">How many of them are wrong.</param>
/// <param name="Risk"> Wrong decisions to expect by the probabilities: Σ of 1 − p over the yes and p over the no. If
/// exactly one label holds: 1 − (highest − second highest probability), which is large if the most probable label is
/// weak or another is close.
/// </param>
internal readonly record struct TextError(int Row, int Known, int Wrong, double Risk)
{
    /// <summary>Every text with an answer, in order.</summary>
    public static TextError[] Of(EvaluatedTexts evaluated)
    {
        var errors = new List<TextError>(evaluated.Texts.Count);
        for (var row = 0; row < evaluated.Texts.Count; row++)
        {
            var error = evaluated.Exclusive ? Favourite(evaluated, row) : Decisions(evaluated, row);
            if (error.Known > 0)
                errors.Add(error);
        }
        return [.. errors];
    }

    private static TextError Favourite(EvaluatedTexts evaluated, int row)
    {
        var all = evaluated.Row(row);
        var answers = evaluated.Answers.Row(row);
        var (top, second) = (0, 0.0);
        for (var column = 0; column < all.Length; column++)
        {
            if (evaluated.IsYes(row, column))
                top = column;
            else
                second = Math.Max(second, all[column]);
        }
        // The most probable label is also known to be wrong if another label is known to hold.
        var known = answers[top] != AnswerMatrix.Unknown || answers.Contains(AnswerMatrix.Yes);
        return new TextError(
            row, known ? 1 : 0, known && answers[top] != AnswerMatrix.Yes ? 1 : 0, 1 - (all[top] - second));
    }

    private static TextError Decisions(EvaluatedTexts evaluated, int row)
    {
        var all = evaluated.Row(row);
        var answers = evaluated.Answers.Row(row);
        var (known, wrong, risk) = (0, 0, 0.0);
        for (var column = 0; column < all.Length; column++)
        {
            if (answers[column] == AnswerMatrix.Unknown)
                continue;
            var yes = evaluated.IsYes(row, column);
            known++;
            wrong += yes == (answers[column] == AnswerMatrix.Yes) ? 0 : 1;
            risk += yes ? 1 - all[column] : all[column];
        }
        return new TextError(row, known, wrong, risk);
    }
}
