using Worker.Core.Heads;
using Worker.Learning.Examples;

namespace Worker.Learning.Fitting;

/// <summary>
/// What somebody wrote to describe labels, as positives beside real answers. They weigh less with each real positive,
/// w = k / (k + positives), so that in the end only answers count.
/// </summary>
internal static class PseudoExamples
{
    /// <summary>k: with this many real positives a pseudo-example weighs half an answer.</summary>
    public const double HalfAt = 5;

    /// <summary>The pseudo-examples of a data set's labels.</summary>
    /// <param name="described">What labels mean.</param>
    /// <returns>Their texts, and what each counts.</returns>
    public static (IReadOnlyList<string> Texts, IReadOnlyList<PseudoExample> Pseudo) Of(
        DataSet data, IReadOnlyDictionary<string, LabelDescription> described)
    {
        var found = data.Labels.SelectMany((label, column) => described.TryGetValue(label, out var description)
            ? description.PseudoExamples.Select(text => (Text: text, Label: column)) : []).ToList();
        if (found.Count == 0)
            return ([], []);
        // A copy of an answered text would let a fit see what it holds out. What people said of that text counts.
        var groups = TextGroups.Of([.. data.Texts, .. found.Select(one => one.Text)]);
        var answered = Enumerable.Range(0, data.Texts.Count).Select(row => groups[row]).ToHashSet();
        var kept = found.Where((_, i) => !answered.Contains(groups[data.Texts.Count + i])).ToList();
        return ([.. kept.Select(one => one.Text)], [.. kept.Select(one => new PseudoExample(
            one.Label, (float)(HalfAt / (HalfAt + data.Answers.Count(one.Label).Positives))))]);
    }
}
