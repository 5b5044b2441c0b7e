using Worker.Learning.Examples;

namespace Worker.Learning.Promoting;

/// <summary>What a head says of some texts, none of which it was fitted on.</summary>
/// <param name="Probabilities">Calibrated, each in [0, 1]; [rows].</param>
/// <param name="Decisions">True for yes; [rows].</param>
internal sealed record Predictions(double[] Probabilities, bool[] Decisions)
{
    /// <summary>Yes from one threshold on.</summary>
    public static Predictions At(double[] probabilities, double decide) =>
        new(probabilities, Array.ConvertAll(probabilities, p => p >= decide));
}

/// <summary>Answered texts of one label, with what champion and challenger say of each.</summary>
internal sealed class ComparedRows
{
    /// <param name="champion">The head in use; null for a label's first head.</param>
    /// <param name="challenger">The head that wants its place, on the same rows.</param>
    /// <param name="answers">True where the label holds; [rows].</param>
    /// <param name="weights">1 over the chance that a row was asked about; each above 0, [rows]. Null for all
    /// alike.</param>
    /// <param name="groups">Copies of each other among the rows; null when there are none.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a value is out of its range.</exception>
    public ComparedRows(
        Predictions? champion, Predictions challenger, bool[] answers, double[]? weights = null,
        TextGroups? groups = null)
    {
        weights ??= [.. Enumerable.Repeat(1.0, answers.Length)];
        groups ??= TextGroups.Single(answers.Length);
        Require(challenger, "challenger", answers.Length);
        if (champion is not null)
            Require(champion, "champion", answers.Length);
        if (weights.Length != answers.Length || groups.Texts != answers.Length)
            throw new ArgumentException(
                $"there are {answers.Length} answers, {weights.Length} weights and groups of {groups.Texts} texts",
                nameof(answers));
        var odd = Array.FindIndex(weights, weight => !(weight > 0 && double.IsFinite(weight)));
        if (odd >= 0)
            throw new ArgumentException(
                $"the weight of row {odd} is {weights[odd]}: it must be a number above 0", nameof(weights));
        (Champion, Challenger, Answers, Weights, Groups) = (champion, challenger, answers, weights, groups);
    }

    public Predictions? Champion { get; }

    public Predictions Challenger { get; }

    public bool[] Answers { get; }

    public double[] Weights { get; }

    public TextGroups Groups { get; }

    private static void Require(Predictions predictions, string whose, int rows)
    {
        if (predictions.Probabilities.Length != rows || predictions.Decisions.Length != rows)
            throw new ArgumentException(
                $"there are {rows} answers, and of the {whose} {predictions.Probabilities.Length} probabilities and " +
                $"{predictions.Decisions.Length} decisions", nameof(predictions));
        var odd = Array.FindIndex(predictions.Probabilities, p => !(p is >= 0 and <= 1));
        if (odd >= 0)
            throw new ArgumentException(
                $"the {whose}'s probability of row {odd} is {predictions.Probabilities[odd]}, not within 0 and 1",
                nameof(predictions));
    }
}
