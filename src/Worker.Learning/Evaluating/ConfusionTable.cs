using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>How often a label was predicted for texts that have another.</summary>
/// <param name="Truth">Label that the texts have.</param>
/// <param name="Predicted">Label that was predicted; the texts are known not to have it.</param>
/// <param name="Count">Texts.</param>
/// <param name="Share">Of the texts that have <paramref name="Truth"/>.</param>
internal readonly record struct ConfusedPair(string Truth, string Predicted, int Count, double Share);

/// <summary>Which labels are mistaken for which.</summary>
/// <param name="Exclusive">True if exactly one label of a text is yes, the most probable.</param>
/// <param name="Labels">Labels of the table: those most involved in confusions, at most <see cref="MaximumLabels"/>, in
/// label order.</param>
/// <param name="Counts">[truth][predicted] texts; on the diagonal those for which the label was predicted
/// correctly.</param>
/// <param name="Nothing">[truth] texts that have the label and were predicted to have none at all.</param>
/// <param name="Pairs">Most confused first, over all labels; at most 40.</param>
internal sealed record ConfusionTable(
    bool Exclusive,
    IReadOnlyList<string> Labels, IReadOnlyList<IReadOnlyList<int>> Counts, IReadOnlyList<int> Nothing,
    IReadOnlyList<ConfusedPair> Pairs)
{
    /// <summary>A larger table cannot be read.</summary>
    public const int MaximumLabels = 20;

    private const int MaximumPairs = 40;

    /// <summary>Null with one label, because there is nothing to confuse it with.</summary>
    public static ConfusionTable? Of(EvaluatedTexts evaluated)
    {
        var n = evaluated.Heads.Count;
        if (n < 2)
            return null;
        var (counts, nothing, support) = (new int[n * n], new int[n], new int[n]);
        var predicted = new List<int>();
        for (var row = 0; row < evaluated.Texts.Count; row++)
        {
            predicted.Clear();
            for (var column = 0; column < n; column++)
                if (evaluated.IsYes(row, column))
                    predicted.Add(column);
            var answers = evaluated.Answers.Row(row);
            for (var truth = 0; truth < n; truth++)
            {
                if (answers[truth] != AnswerMatrix.Yes)
                    continue;
                support[truth]++;
                nothing[truth] += predicted.Count == 0 ? 1 : 0;
                foreach (var column in predicted)
                    if (column == truth || answers[column] == AnswerMatrix.No)
                        counts[truth * n + column]++;
            }
        }

        var names = evaluated.Heads.Select(head => head.Label).ToArray();
        var pairs = Enumerable.Range(0, n * n)
            .Where(cell => cell / n != cell % n && counts[cell] > 0)
            .Select(cell => (Truth: cell / n, Predicted: cell % n, Count: counts[cell]))
            .OrderByDescending(pair => pair.Count).ThenBy(pair => pair.Truth).ThenBy(pair => pair.Predicted)
            .ToArray();
        int[] chosen =
        [
            .. pairs.SelectMany(pair => (int[])[pair.Truth, pair.Predicted]).Concat(Enumerable.Range(0, n)).Distinct()
                .Take(MaximumLabels).Order(),
        ];
        return new ConfusionTable(
            evaluated.Exclusive,
            [.. chosen.Select(column => names[column])],
            [.. chosen.Select(truth => (IReadOnlyList<int>)[.. chosen.Select(column => counts[truth * n + column])])],
            [.. chosen.Select(truth => nothing[truth])],
            [.. pairs.Take(MaximumPairs).Select(pair => new ConfusedPair(
                names[pair.Truth], names[pair.Predicted], pair.Count, (double)pair.Count / support[pair.Truth]))]);
    }
}
