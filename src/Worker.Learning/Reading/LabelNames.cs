using System.Globalization;
using System.Text;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>Checks the names of all labels: how many there are, and whether some differ only in spelling.</summary>
internal static class LabelNames
{
    /// <summary>
    /// Maximum number of labels. Nothing beyond is measured and tested, and more are nearly always the wrong column.
    /// </summary>
    public const int Maximum = 500;

    /// <summary>The examples, with labels that differ only in spelling joined if the options say so.</summary>
    /// <param name="examples">Of one file or several.</param>
    /// <param name="source">Their name in error messages.</param>
    /// <param name="remark">Called with remarks about what looks wrong.</param>
    /// <exception cref="ExampleFormatException">Too many labels.</exception>
    internal static Func<LabelledText, LabelledText> Check(
        IReadOnlyCollection<LabelledText> examples, ReadingOptions options, string source, Action<string> remark)
    {
        var counts = examples.SelectMany(example => example.Labels.Keys).CountBy(label => label, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        var spelt = counts.GroupBy(count => Key(count.Key), StringComparer.Ordinal).ToArray();
        var same = spelt.Where(group => group.Skip(1).Any()).ToArray();
        var labels = options.NormaliseLabels ? spelt.Length : counts.Count;
        if (labels > Maximum)
            throw new ExampleFormatException(TooMany(counts, labels, source));
        if (same.Length > 0)
            remark(Variants(same, options.NormaliseLabels));
        if (counts.Count > 0 && counts.Keys.All(label => label is "0" or "1" or "yes" or "no" or "true" or "false"))
        {
            var all = string.Join(" and ", counts.Keys.Order(StringComparer.Ordinal).Select(label => $"'{label}'"));
            remark($"the labels are {all}: if they answer one question, name their column with --label-columns");
        }
        if (!options.NormaliseLabels)
            return example => example;
        var names = spelt.SelectMany(group => group.Select(count => (count.Key, Name: Chosen(group))))
            .ToDictionary(pair => pair.Key, pair => pair.Name, StringComparer.Ordinal);
        if (same.Length > 0 && Contradictions(examples, names) is { } said)
            remark(said);
        return example => example with { Labels = Merged(example.Labels, names) };
    }

    /// <summary>Equal for labels that differ only in case, spaces or Unicode form (NFKC).</summary>
    public static string Key(string label)
    {
        var words = label.Normalize(NormalizationForm.FormKC).Split(
            (char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words).ToLowerInvariant();
    }

    /// <summary>
    /// The most frequent spelling (the first in ordinal order of several equally frequent ones), without outer spaces.
    /// </summary>
    private static string Chosen(IEnumerable<KeyValuePair<string, int>> spellings) => spellings
        .GroupBy(count => count.Key.Trim().Normalize(), StringComparer.Ordinal)
        .OrderByDescending(group => group.Sum(count => count.Value)).ThenBy(group => group.Key, StringComparer.Ordinal)
        .First().Key;

    /// <summary>Answers that say both yes and no for spellings that are now one label are dropped.</summary>
    private static Dictionary<string, bool> Merged(
        IReadOnlyDictionary<string, bool> answers, Dictionary<string, string> names) =>
        answers.GroupBy(answer => names[answer.Key], answer => answer.Value, StringComparer.Ordinal)
            .Where(group => group.Distinct().Count() == 1)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    /// <summary>
    /// Says how many answers are lost because spellings that are now one label were answered differently.
    /// </summary>
    private static string? Contradictions(IReadOnlyCollection<LabelledText> examples, Dictionary<string, string> names)
    {
        var (count, first) = (0, "");
        foreach (var example in examples)
            foreach (var group in example.Labels.GroupBy(answer => names[answer.Key], StringComparer.Ordinal))
            {
                if (group.DistinctBy(answer => answer.Value).Count() < 2 || ++count > 1)
                    continue;
                var answers = string.Join(
                    ", ", group.Select(answer => $"'{answer.Key}' {(answer.Value ? "yes" : "no")}"));
                var text = example.Text.Length <= 60 ? example.Text : example.Text[..57] + "...";
                first = $"{answers} of \"{text}\"";
            }
        return count == 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{(count == 1 ? "once" : $"{count:N0} times")} one text answers both yes and no for spellings that are " +
            $"now one label: these answers are left out, correct one of them ({first})");
    }

    private static string Variants(IGrouping<string, KeyValuePair<string, int>>[] same, bool merged)
    {
        var shown = same.Take(3).Select(group => string.Join(", ", group.OrderByDescending(count => count.Value)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"'{count.Key}' {count.Value:N0}"))));
        var more = same.Length > 3 ? $"; and {same.Length - 3} more such labels" : "";
        return $"labels that differ only in case, spaces or Unicode form: {string.Join("; ", shown)}{more}: "
            + (merged ? "joined" : "--normalise-labels joins them");
    }

    private static string TooMany(Dictionary<string, int> counts, int labels, string source)
    {
        var once = counts.Count(count => count.Value == 1);
        var shown = string.Join(
            ", ", counts.Keys.Take(3).Select(label => label.Length <= 30 ? label : label[..29] + "…"));
        return string.Create(CultureInfo.InvariantCulture,
                $"{source} names {labels:N0} labels, more than the maximum of {Maximum}")
            + string.Create(CultureInfo.InvariantCulture, $" ({once:N0} of them only once; the first: {shown}): ")
            + "is it the right column? Choose it with --label-column, or leave rare labels out";
    }
}
