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
    /// <param name="doubts">Receives the distance of each from certainty, rising; [Count].</param>
    /// <param name="wrong">Receives whether the side's decision would be wrong; [Count].</param>
    /// <returns>How many rows they are.</returns>
    public int Side(bool yes, double uncertain, Span<double> doubts, Span<bool> wrong)
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            var p = Probabilities[i];
            if (yes ? p >= Math.Max(Decides[i], 1 - uncertain) : p < Decides[i] && p <= uncertain)
                (doubts[count], wrong[count++]) = (yes ? -p : p, Answers[i] != yes);
        }
        doubts[..count].Sort(wrong[..count]);
        return count;
    }
}
