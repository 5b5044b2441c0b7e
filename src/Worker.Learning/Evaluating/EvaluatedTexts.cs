using Worker.Core.Heads;
using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>Texts with what heads said of them and what people answered: all that an evaluation in detail needs.</summary>
public sealed class EvaluatedTexts
{
    /// <summary>Column of the highest probability of each text; empty unless <see cref="Exclusive"/>.</summary>
    private readonly int[] tops;

    /// <param name="heads">One a column.</param>
    /// <param name="texts">One a row.</param>
    /// <param name="sources">Where each text is from, null where unknown; or null for none known.</param>
    /// <param name="uncalibrated">σ(logit); [texts, heads], row-major.</param>
    /// <param name="probabilities">Calibrated; likewise.</param>
    /// <param name="answers">[texts, heads].</param>
    /// <exception cref="ArgumentException">Sizes differ.</exception>
    public EvaluatedTexts(
        IReadOnlyList<Head> heads,
        IReadOnlyList<string> texts,
        IReadOnlyList<string?>? sources,
        double[] uncalibrated,
        double[] probabilities,
        AnswerMatrix answers)
    {
        var cells = (long)texts.Count * heads.Count;
        if (answers.Rows != texts.Count || answers.Labels != heads.Count || uncalibrated.Length != cells || probabilities.Length != cells || (sources?.Count ?? texts.Count) != texts.Count)
            throw new ArgumentException(
                $"there are {texts.Count} texts, {sources?.Count ?? texts.Count} sources, {heads.Count} heads, " +
                $"{uncalibrated.Length} uncalibrated and {probabilities.Length} calibrated probabilities, and answers [{answers.Rows}, {answers.Labels}]",
                nameof(answers));
        (Heads, Texts, Sources, Uncalibrated, Probabilities, Answers) = (heads, texts, sources, uncalibrated, probabilities, answers);
        Exclusive = heads.Count > 1 && Enumerable.Range(0, texts.Count).All(row => answers.Row(row).Count(AnswerMatrix.Yes) == 1 && !answers.Row(row).Contains(AnswerMatrix.Unknown));
        tops = Exclusive ? [.. Enumerable.Range(0, texts.Count).Select(Top)] : [];
    }

    public IReadOnlyList<Head> Heads { get; }

    public IReadOnlyList<string> Texts { get; }

    public IReadOnlyList<string?>? Sources { get; }

    public double[] Uncalibrated { get; }

    public double[] Probabilities { get; }

    public AnswerMatrix Answers { get; }

    /// <summary>Every text has exactly one label of several: then the highest probability is the decision in confusions and text errors.</summary>
    public bool Exclusive { get; }

    /// <summary>Whether a head's decision on a text is yes: p ≥ its threshold, or the highest of all where exactly one can be.</summary>
    public bool Says(int row, int column) => Exclusive ? tops[row] == column : Probabilities[row * Heads.Count + column] >= Heads[column].Thresholds.Decide;

    /// <summary>[heads] of one text.</summary>
    public ReadOnlySpan<double> Row(int row) => Probabilities.AsSpan(row * Heads.Count, Heads.Count);

    /// <summary>The column of the highest probability.</summary>
    private int Top(int row)
    {
        var all = Row(row);
        var top = 0;
        for (var column = 1; column < all.Length; column++)
            if (all[column] > all[top])
                top = column;
        return top;
    }

    /// <summary>Rows whose answer for a label is known, or for all labels when <paramref name="column"/> is null, with the probabilities given.</summary>
    public (double[] Probabilities, bool[] Answers) Known(double[] from, int? column = null)
    {
        var (p, y) = (new List<double>(), new List<bool>());
        for (var row = 0; row < Texts.Count; row++)
        {
            var answers = Answers.Row(row);
            for (var at = column ?? 0; at <= (column ?? Heads.Count - 1); at++)
            {
                if (answers[at] == AnswerMatrix.Unknown)
                    continue;
                p.Add(from[row * Heads.Count + at]);
                y.Add(answers[at] == AnswerMatrix.Yes);
            }
        }
        return ([.. p], [.. y]);
    }
}
