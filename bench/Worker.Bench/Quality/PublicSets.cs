using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Worker.Learning.Examples;

namespace Worker.Bench.Quality;

/// <summary>Reads the public data sets next to the checkout into training, validation and test parts.</summary>
internal static class PublicSets
{
    /// <summary>150 intents; out-of-scope texts are separate.</summary>
    public static QualitySet Clinc()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(DataFolder.File("clinc150", "data_full.json")));
        return QualitySet.Of("clinc", Part("train"), Part("val"), Part("test"), Texts("oos_val"), Texts("oos_test"));

        LabelledText[] Part(string name) =>
            [.. json.RootElement.GetProperty(name).EnumerateArray().Select(row =>
                Having(row[0].GetString()!, row[1].GetString()!))];
        string[] Texts(string name) =>
            [.. json.RootElement.GetProperty(name).EnumerateArray().Select(row => row[0].GetString()!)];
    }

    /// <summary>All in-scope texts of CLINC150 with the domain of their intent: ten labels, one per text.</summary>
    public static IReadOnlyList<LabelledText> ClincDomains()
    {
        using var domains = JsonDocument.Parse(File.ReadAllBytes(DataFolder.File("clinc150", "domains.json")));
        var domain = domains.RootElement.EnumerateObject()
            .SelectMany(entry => entry.Value.EnumerateArray()
                .Select(intent => (Intent: Plain(intent.GetString()!), Domain: entry.Name)))
            .ToDictionary(pair => pair.Intent, pair => pair.Domain, StringComparer.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllBytes(DataFolder.File("clinc150", "data_full.json")));
        return [.. new[] { "train", "val", "test" }.SelectMany(part =>
            json.RootElement.GetProperty(part).EnumerateArray())
            .Select(row => Having(row[0].GetString()!, domain[Plain(row[1].GetString()!)]))];

        // The two files write some intents differently.
        static string Plain(string intent) => intent.Replace('_', ' ').Trim().ToLowerInvariant();
    }

    /// <summary>28 labels, several per text; the official parts.</summary>
    public static QualitySet GoEmotions()
    {
        var names = File.ReadAllLines(DataFolder.File("goemotions", "original", "labels.txt"));
        return QualitySet.Of("goemotions", Part("train"), Part("dev"), Part("test"));

        IEnumerable<LabelledText> Part(string name) =>
            File.ReadLines(DataFolder.File("goemotions", "original", name + ".tsv")).Select(line => line.Split('\t'))
                .Select(columns => Having(
                    columns[0],
                    [.. columns[1].Split(',').Select(number =>
                        names[int.Parse(number, CultureInfo.InvariantCulture)])]));
    }

    /// <summary>The distinct texts of SMS spam.</summary>
    public static IReadOnlyList<LabelledText> Sms() =>
        [.. File.ReadLines(DataFolder.File("sms_spam", "SMSSpamCollection")).Select(line => line.Split('\t'))
            .DistinctBy(columns => columns[1], StringComparer.Ordinal).Select(columns =>
                Answer(columns[1], "spam", columns[0] == "spam"))];

    /// <summary>The same texts, split by the seed into 70, 15 and 15 percent.</summary>
    public static QualitySet Sms(IReadOnlyList<LabelledText> distinct, int seed)
    {
        var rows = distinct.ToArray();
        new Random(seed).Shuffle(rows);
        var (train, validation) = (rows.Length * 70 / 100, rows.Length * 85 / 100);
        return QualitySet.Of("sms", rows[..train], rows[train..validation], rows[validation..]);
    }

    /// <summary>
    /// 77 intents. There is no validation part, so a tenth of the training part, by the seed, is used.
    /// </summary>
    public static QualitySet Banking()
    {
        var train = Part("train");
        new Random(1).Shuffle(train);
        var held = train.Length / 10;
        return QualitySet.Of("banking", train, train[..held], Part("test"));

        static LabelledText[] Part(string name) => [.. BankingRows(name).Select(row => Having(row.Text, row.Label))];
    }

    /// <param name="part">train or test.</param>
    public static IEnumerable<(string Text, string Label)> BankingRows(string part)
    {
        var strict = new CsvReaderOptions
        {
            Separator = ',',
            MalformedData = CsvMalformedDataHandling.Throw,
            MissingField = CsvMissingFieldHandling.Throw,
        };
        using var csv = CsvReader.FromFile(DataFolder.File("banking77", part + ".csv"), strict);
        while (csv.Read())
            yield return (csv.GetString("text"), csv.GetString("category"));
    }

    /// <summary>Four emotions of tweets, one per tweet.</summary>
    public static QualitySet TweetEmotion()
    {
        var names = File.ReadLines(DataFolder.File("tweeteval", "emotion", "mapping.txt"))
            .Select(line => line.Split('\t')[1].Trim()).ToArray();
        return QualitySet.Of("emotion", Part("train"), Part("val"), Part("test"));
        IEnumerable<LabelledText> Part(string part) =>
            Tweets("emotion", part).Select(tweet => Having(tweet.Text, names[tweet.Label]));
    }

    /// <summary>Offensive tweets or not.</summary>
    public static QualitySet TweetOffensive()
    {
        return QualitySet.Of("offensive", Part("train"), Part("val"), Part("test"));
        static IEnumerable<LabelledText> Part(string part) =>
            Tweets("offensive", part).Select(tweet => Answer(tweet.Text, "offensive", tweet.Label == 1));
    }

    /// <summary>The distinct texts of all sets, in random order.</summary>
    public static string[] AllTexts()
    {
        QualitySet[] sets = [GoEmotions(), Clinc(), Banking(), TweetEmotion(), TweetOffensive()];
        string[] texts =
        [
            .. sets.SelectMany(set => set.Parts).SelectMany(part => part).Concat(Sms().Select(text => text.Text))
                .Distinct(StringComparer.Ordinal),
        ];
        new Random(1).Shuffle(texts);
        return texts;
    }

    // Lines end in \n only: some tweets contain other line characters.
    private static IEnumerable<(string Text, int Label)> Tweets(string set, string part)
    {
        var texts = File.ReadAllText(DataFolder.File("tweeteval", set, part + "_text.txt")).Split('\n');
        var labels = File.ReadLines(DataFolder.File("tweeteval", set, part + "_labels.txt")).ToArray();
        return labels.Select((label, i) => (texts[i], int.Parse(label, CultureInfo.InvariantCulture)));
    }

    private static LabelledText Having(string text, params string[] labels) =>
        new(text, labels.ToDictionary(name => name, _ => true, StringComparer.Ordinal), Closed: true);

    private static LabelledText Answer(string text, string label, bool answer) =>
        new(text, new Dictionary<string, bool>(StringComparer.Ordinal) { [label] = answer }, Closed: false);
}
