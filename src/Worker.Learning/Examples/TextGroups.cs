namespace Worker.Learning.Examples;

/// <summary>
/// Which texts are copies or near-copies of each other. A copy is no independent evidence, so a group stays on one side
/// of every split and counts as one piece of evidence. Copies are texts with the same words in the same order, whatever
/// their case, punctuation, digits and white space; near-copies share most of their words and neighbouring words (see
/// <see cref="NearCopies"/>). A near-copy of a near-copy is in the same group.
/// </summary>
internal sealed class TextGroups
{
    private readonly int[] groups;

    private TextGroups(int[] groups, int count) => (this.groups, Count) = (groups, count);

    /// <summary>Texts.</summary>
    public int Texts => groups.Length;

    /// <summary>Groups: how many distinct texts there are.</summary>
    public int Count { get; }

    /// <summary>Group of a text, 0 to Count − 1, in the order of the groups' first texts.</summary>
    public int this[int text] => groups[text];

    /// <summary>Every text is a group of its own.</summary>
    public static TextGroups Single(int texts) => new([.. Enumerable.Range(0, texts)], texts);

    /// <summary>Groups texts, in time linear in their lengths. An empty or null text is a group of its own.</summary>
    public static TextGroups Of(IReadOnlyList<string> texts)
    {
        // 1. Copies: texts with the same words; only the first of them goes on.
        var words = new TextWords[texts.Count];
        Parallel.For(0, texts.Count, text => words[text] = TextWords.Of(texts[text]));
        var joined = new DisjointSets(texts.Count);
        var first = new Dictionary<UInt128, int>();
        var distinct = new List<int>();
        for (var text = 0; text < words.Length; text++)
        {
            if (string.IsNullOrWhiteSpace(texts[text]))
                continue;
            if (first.TryAdd(words[text].Key, text))
                distinct.Add(text);
            else
                joined.Join(first[words[text].Key], text);
        }
        // 2. Near-copies among these.
        NearCopies.Join(distinct, words, joined);
        return Numbered(texts.Count, joined.Root);
    }

    /// <summary>The groups of some of the texts: text i is the one at <paramref name="rows"/>[i].</summary>
    public TextGroups Part(IReadOnlyList<int> rows) => Numbered(rows.Count, row => groups[rows[row]]);

    /// <summary>Texts in each group.</summary>
    public int[] Sizes()
    {
        var sizes = new int[Count];
        foreach (var group in groups)
            sizes[group]++;
        return sizes;
    }

    private static TextGroups Numbered(int texts, Func<int, int> root)
    {
        var numbers = new Dictionary<int, int>();
        var of = new int[texts];
        for (var text = 0; text < texts; text++)
        {
            var key = root(text);
            if (!numbers.TryGetValue(key, out var number))
                numbers.Add(key, number = numbers.Count);
            of[text] = number;
        }
        return new TextGroups(of, numbers.Count);
    }
}
