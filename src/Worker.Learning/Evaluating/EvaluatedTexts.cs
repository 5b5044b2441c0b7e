using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>
/// Texts with the heads' probabilities and people's answers: everything that a detailed evaluation needs.
/// </summary>
internal sealed class EvaluatedTexts
{
    private readonly LabelDecision[] decisions;

    /// <param name="heads">One per column.</param>
    /// <param name="texts">One per row.</param>
    /// <param name="sources">Where each text is from, null if unknown; or null if no source is known.</param>
    /// <param name="uncalibrated">σ(logit); [texts, heads], row-major.</param>
    /// <param name="probabilities">Calibrated; likewise.</param>
    /// <param name="answers">[texts, heads].</param>
    /// <param name="bands">How the heads decide; null for the default, with all certificates valid.</param>
    /// <exception cref="ArgumentException">Sizes differ.</exception>
    public EvaluatedTexts(
        IReadOnlyList<Head> heads,
        IReadOnlyList<string> texts,
        IReadOnlyList<string?>? sources,
        double[] uncalibrated,
        double[] probabilities,
        AnswerMatrix answers,
        DecisionBands? bands = null)
    {
        var cells = (long)texts.Count * heads.Count;
        if (answers.Rows != texts.Count || answers.Labels != heads.Count || uncalibrated.Length != cells
            || probabilities.Length != cells || (sources?.Count ?? texts.Count) != texts.Count)
            throw new ArgumentException(
                $"there are {texts.Count} texts, {sources?.Count ?? texts.Count} sources, {heads.Count} heads, " +
                $"{uncalibrated.Length} uncalibrated and {probabilities.Length} calibrated probabilities, and " +
                $"answers [{answers.Rows}, {answers.Labels}]",
                nameof(answers));
        (Heads, Texts, Sources, Uncalibrated, Probabilities, Answers) = (
            heads, texts, sources, uncalibrated, probabilities, answers);
        Exclusive = heads.Count > 1 && heads[0].Group is not null && heads.All(head => head.Group == heads[0].Group);
        decisions = Decide(bands ?? new DecisionBands([.. heads], new DecisionOptions(), DateTimeOffset.MinValue));
    }

    public IReadOnlyList<Head> Heads { get; }

    public IReadOnlyList<string> Texts { get; }

    public IReadOnlyList<string?>? Sources { get; }

    public double[] Uncalibrated { get; }

    public double[] Probabilities { get; }

    public AnswerMatrix Answers { get; }

    /// <summary>All labels are one exclusive group: the most probable one is the text's.</summary>
    public bool Exclusive { get; }

    /// <summary>What a worker with these heads decides of one text; [heads].</summary>
    public ReadOnlySpan<LabelDecision> Decisions(int row) => decisions.AsSpan(row * Heads.Count, Heads.Count);

    /// <summary>Whether a head's decision on a text is yes.</summary>
    public bool IsYes(int row, int column) => decisions[row * Heads.Count + column].Decision == Decision.Yes;

    /// <summary>[heads] of one text.</summary>
    public ReadOnlySpan<double> Row(int row) => Probabilities.AsSpan(row * Heads.Count, Heads.Count);

    /// <summary>Decisions on rows whose answer for a label is known, counted.</summary>
    public Confusion Confusion(int column)
    {
        Span<long> counts = stackalloc long[4];
        for (var row = 0; row < Texts.Count; row++)
            if (Answers[row, column] != AnswerMatrix.Unknown)
                counts[(IsYes(row, column) ? 2 : 0) + (Answers[row, column] == AnswerMatrix.Yes ? 1 : 0)]++;
        return new Confusion(
            TruePositives: counts[3], FalsePositives: counts[2], FalseNegatives: counts[1], TrueNegatives: counts[0]);
    }

    /// <summary>
    /// Rows whose answer for a label is known, or for all labels when <paramref name="column"/> is null, with the
    /// probabilities given.
    /// </summary>
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

    /// <summary>[texts, heads]; on probabilities as results carry them, in 32 bits.</summary>
    private LabelDecision[] Decide(DecisionBands bands)
    {
        var all = new LabelDecision[Probabilities.Length];
        var row = new float[Heads.Count];
        for (var text = 0; text < Texts.Count; text++)
        {
            for (var column = 0; column < row.Length; column++)
                row[column] = (float)Probabilities[text * row.Length + column];
            bands.Decide(row, all.AsSpan(text * row.Length, row.Length));
        }
        return all;
    }
}
