namespace Worker.Learning.Certifying;

/// <summary>
/// Answered rows, one per distinct text, that certificates are tested on. They were not used to fit or to choose.
/// </summary>
internal sealed class TestedRows
{
    /// <param name="probabilities">Each in [0, 1].</param>
    /// <param name="decides">The threshold between yes and no for each row, chosen without that row.</param>
    /// <param name="answers">True where the label holds.</param>
    public TestedRows(double[] probabilities, double[] decides, bool[] answers)
    {
        if (probabilities.Length != answers.Length || decides.Length != answers.Length)
            throw new ArgumentException(
                $"there are {probabilities.Length} probabilities, {decides.Length} thresholds and {answers.Length} " +
                "answers", nameof(answers));
        (Probabilities, Decides, Answers) = (probabilities, decides, answers);
    }

    public double[] Probabilities { get; }

    public double[] Decides { get; }

    public bool[] Answers { get; }

    public int Count => Answers.Length;

    /// <summary>One side's rows, the most confident first.</summary>
    /// <param name="yes">The yes side, or the no side.</param>
    /// <param name="uncertain">With this chance of being wrong, or more, a row is on neither side.</param>
    /// <returns>The distance of each from certainty, rising, and whether the side's decision would be wrong.</returns>
    public (double[] Doubts, bool[] Wrong) Side(bool yes, double uncertain)
    {
        var rows = Enumerable.Range(0, Count)
            .Where(i => yes ? Probabilities[i] >= Math.Max(Decides[i], 1 - uncertain) : Probabilities[i] < Decides[i]
                && Probabilities[i] <= uncertain)
            .ToArray();
        var doubts = Array.ConvertAll(rows, i => yes ? -Probabilities[i] : Probabilities[i]);
        var wrong = Array.ConvertAll(rows, i => Answers[i] != yes);
        Array.Sort(doubts, wrong);
        return (doubts, wrong);
    }
}
