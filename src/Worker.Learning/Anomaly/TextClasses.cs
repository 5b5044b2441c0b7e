using Worker.Learning.Examples;

namespace Worker.Learning.Anomaly;

/// <summary>
/// The class of each known text, so that distances can be to the nearest class. Texts with the same labels are one
/// class if there are <see cref="MinimumTexts"/> of them. Otherwise a text belongs to its rarest label that this many
/// texts have. The other texts are one class.
/// </summary>
/// <param name="Of">Class of each text, 0 to Count − 1.</param>
/// <param name="Count">Classes.</param>
internal sealed record TextClasses(int[] Of, int Count)
{
    /// <summary>Texts that make a class.</summary>
    public const int MinimumTexts = 10;

    private const string Rest = "*";

    public static TextClasses From(DataSet data)
    {
        var combinations = Enumerable.Range(0, data.Texts.Count).Select(row => Combination(data, row)).ToArray();
        var sizes = combinations.CountBy(c => c, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var positives = Enumerable.Range(0, data.Labels.Length).Select(label => data.Answers.Count(label).Positives)
            .ToArray();
        var names = combinations.Select((combination, row) =>
            sizes[combination] >= MinimumTexts ? combination : Rarest(data, row, positives)).ToArray();
        var numbers = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select((name, i) => (name, i))
            .ToDictionary(n => n.name, n => n.i, StringComparer.Ordinal);
        return new TextClasses([.. names.Select(name => numbers[name])], numbers.Count);
    }

    /// <summary>The columns of its labels; empty for a text that has none.</summary>
    private static string Combination(DataSet data, int row) =>
        string.Join(
            ',', Enumerable.Range(0, data.Labels.Length).Where(label => data.Answers[row, label] == AnswerMatrix.Yes));

    private static string Rarest(DataSet data, int row, int[] positives) =>
        Enumerable.Range(0, data.Labels.Length)
            .Where(label => data.Answers[row, label] == AnswerMatrix.Yes && positives[label] >= MinimumTexts)
            .OrderBy(label => positives[label]).Select(label => "rarest " + label).FirstOrDefault(Rest);
}
