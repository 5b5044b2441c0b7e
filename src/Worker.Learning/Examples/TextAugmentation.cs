using System.Text;

namespace Worker.Learning.Examples;

/// <summary>
/// Altered copies of texts with rare labels: words dropped, neighbours swapped, letters mistyped. Which texts get
/// copies depends only on the answers. The split is by the text that a copy was made from, so no copy is fitted to
/// while its text is held out.
/// </summary>
internal static class TextAugmentation
{
    /// <summary>Copies of a text.</summary>
    public const int Copies = 4;

    /// <summary>A label that this many texts have is not rare.</summary>
    public const int RareBelow = 200;

    /// <summary>Chance of each word to be dropped, to be swapped with the next, and to be mistyped.</summary>
    private const double Chance = 0.1;

    /// <summary>Copies of every text that has a rare label.</summary>
    /// <returns>The copies, and for each the row of the text it was made from.</returns>
    public static (IReadOnlyList<string> Texts, IReadOnlyList<int> Sources) Copy(DataSet data, int seed)
    {
        var rare = Enumerable.Range(0, data.Labels.Length).Where(label =>
            data.Answers.Count(label).Positives < RareBelow).ToArray();
        var (texts, sources) = (new List<string>(), new List<int>());
        var random = new Random(seed);
        for (var row = 0; row < data.Texts.Count; row++)
            if (rare.Any(label => data.Answers[row, label] == AnswerMatrix.Yes))
                for (var copy = 0; copy < Copies; copy++)
                {
                    texts.Add(Alter(data.Texts[row], random));
                    sources.Add(row);
                }
        return (texts, sources);
    }

    /// <summary>One altered copy; a text of one word keeps it.</summary>
    public static string Alter(string text, Random random)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToList();
        for (var i = words.Count - 1; i >= 0 && words.Count > 1; i--)
            if (random.NextDouble() < Chance)
                words.RemoveAt(i);
        for (var i = 0; i + 1 < words.Count; i++)
            if (random.NextDouble() < Chance)
                (words[i], words[i + 1]) = (words[i + 1], words[i]);
        for (var i = 0; i < words.Count; i++)
            if (random.NextDouble() < Chance)
                words[i] = Mistype(words[i], random);
        return string.Join(' ', words);
    }

    /// <summary>A character left out, doubled, or swapped with the next; surrogate pairs stay whole.</summary>
    private static string Mistype(string word, Random random)
    {
        var runes = word.EnumerateRunes().ToList();
        var at = random.Next(runes.Count);
        switch (random.Next(3))
        {
            case 0 when runes.Count > 1:
                runes.RemoveAt(at);
                break;
            case 1 when at + 1 < runes.Count:
                (runes[at], runes[at + 1]) = (runes[at + 1], runes[at]);
                break;
            default:
                runes.Insert(at, runes[at]);
                break;
        }
        var result = new StringBuilder();
        foreach (var rune in runes)
            result.Append(rune.ToString());
        return result.ToString();
    }
}
