using Worker.Learning.Examples;

namespace Worker.Bench.Quality;

/// <summary>How training texts are repeated.</summary>
internal enum Copying
{
    /// <summary>Not repeated.</summary>
    None,

    /// <summary>Each text eight times, unchanged.</summary>
    Whole,

    /// <summary>Each text eight times, capitalised, with a full stop and a number at the end.</summary>
    Near,
}

/// <summary>
/// The data sets of the evidence bench: one text of each group of copies, so that nothing tested was trained on.
/// </summary>
internal static class EvidenceSets
{
    public const int Copies = 8;

    private const string Words =
        "order parcel refund card charge invoice delivery window size colour shirt shoe lamp table coupon login " +
        "password email phone store gift return broken late price stock garden kitchen winter summer blue green";

    public static readonly string[] Names = ["sms", "offensive", "emotion", "domains"];

    public static DataSet Read(string name)
    {
        var all = name switch
        {
            "sms" => PublicSets.Sms(),
            "domains" => PublicSets.ClincDomains(),
            _ => [],
        };
        var set = name switch
        {
            "offensive" => Whole(PublicSets.TweetOffensive()),
            "emotion" => Whole(PublicSets.TweetEmotion()),
            _ => DataSet.From(all, name),
        };
        return set.Part([.. Enumerable.Range(0, set.Texts.Count)
            .Where(row => !string.IsNullOrWhiteSpace(set.Texts[row])).DistinctBy(row => set.Groups[row])]);
    }

    /// <summary>A text with a small change, each time in another way.</summary>
    public static string Changed(string text, Random random) =>
        $"{char.ToUpperInvariant(text[0])}{text[1..].ToLowerInvariant()}. Ref {random.Next(1000, 10_000)}";

    /// <summary>Coin-flip answers to made-up texts, from which nothing can be learned.</summary>
    public static DataSet CoinFlips(int texts, int seed)
    {
        var (words, random) = (Words.Split(' '), new Random(seed));
        return DataSet.From(Enumerable.Range(0, texts).Select(_ => new LabelledText(
            string.Join(' ', Enumerable.Range(0, 12).Select(_ => words[random.Next(words.Length)])),
            new Dictionary<string, bool>(StringComparer.Ordinal) { ["coin"] = random.Next(2) == 1 },
            Closed: false)), "coin");
    }

    private static DataSet Whole(QualitySet set) => DataSet.Join([set.Train, set.Validation, set.Test]);
}
