using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>A decision that contradicts the answer: a mistake of the head, or of the person who answered.</summary>
/// <param name="Row">Of the evaluated texts.</param>
/// <param name="Label">The head's label.</param>
/// <param name="Probability">Calibrated.</param>
/// <param name="Answer">The person's answer; the head decided the opposite.</param>
internal sealed record WrongExample(int Row, string Label, double Probability, bool Answer)
{
    /// <summary>A label's wrong decisions of one kind, the most confident first.</summary>
    /// <param name="answer">True for false negatives, false for false positives.</param>
    public static IReadOnlyList<WrongExample> Of(EvaluatedTexts evaluated, int column, bool answer, int maximum)
    {
        var wanted = answer ? AnswerMatrix.Yes : AnswerMatrix.No;
        var wrong = new List<(double Probability, int Row)>();
        for (var row = 0; row < evaluated.Texts.Count; row++)
        {
            var p = evaluated.Probabilities[row * evaluated.Heads.Count + column];
            if (evaluated.Answers[row, column] == wanted && evaluated.IsYes(row, column) != answer)
                wrong.Add((p, row));
        }
        return [.. (answer ? wrong.OrderBy(w => w.Probability) : wrong.OrderByDescending(w => w.Probability))
            .Take(maximum)
            .Select(w => new WrongExample(w.Row, evaluated.Heads[column].Label, w.Probability, answer))];
    }
}
