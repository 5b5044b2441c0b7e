namespace Worker.Learning.Evaluating.Curves;

/// <summary>Probabilities of one label (or of all pooled) with their answers, sorted once for every curve.</summary>
internal sealed class ScoredAnswers
{
    private readonly double[] probabilities;
    private readonly bool[] truth;

    /// <param name="probabilities">Each in [0, 1]; copied.</param>
    /// <param name="answers">True where the label holds; as many.</param>
    public ScoredAnswers(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers)
    {
        if (probabilities.Length != answers.Length)
            throw new ArgumentException(
                $"there are {probabilities.Length} probabilities and {answers.Length} answers", nameof(answers));
        (this.probabilities, truth) = (probabilities.ToArray(), answers.ToArray());
        Array.Sort(this.probabilities, truth);
        Positives = answers.Count(true);
    }

    public int Count => probabilities.Length;

    public int Positives { get; }

    public int Negatives => Count - Positives;

    /// <summary>From low to high.</summary>
    public ReadOnlySpan<double> Probabilities => probabilities;

    /// <summary>In the order of <see cref="Probabilities"/>.</summary>
    public ReadOnlySpan<bool> Truth => truth;
}
