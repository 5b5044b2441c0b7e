using System.Security.Cryptography;
using System.Text;
using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Reading;
using Worker.Terminal;

namespace Worker.Demo;

/// <summary>
/// What the demo trains on and streams: the sample inbox, or a person's own file. Labelled texts are split into texts
/// to train on and texts to stream. One label is left out at first, and its head is added in the middle of the stream.
/// </summary>
internal sealed record DemoData
{
    /// <summary>The label of the sample inbox that the heads do not know at first.</summary>
    private const string LateOfInbox = "outage";

    /// <summary>The late label has at least this many texts to train on.</summary>
    private const int MinimumLate = 20;

    /// <summary>
    /// Texts of either answer that the loop begins with: so few that 40 more show a better head nearly every time.
    /// </summary>
    private const int FirstOfEach = 5;

    /// <summary>Training data at the start; null if heads are given.</summary>
    public DataSet? Early { get; private init; }

    /// <summary>The same texts with only the late label's answers; null without a late label.</summary>
    public DataSet? Late { get; private init; }

    /// <summary>
    /// A few of these texts with one label's answers, which the loop begins with; null if heads are given.
    /// </summary>
    public DataSet? Few { get; private init; }

    /// <summary>The texts to stream.</summary>
    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>The same texts with their answers; null if there are none.</summary>
    public DataSet? Truth { get; private init; }

    /// <summary>Name of the texts in the report.</summary>
    public required string Name { get; init; }

    /// <exception cref="UserError">The samples are not there.</exception>
    /// <exception cref="ExampleFormatException">The person's file cannot be read.</exception>
    public static DemoData Read(DemoOptions options)
    {
        var isOwn = options.Data is not null;
        var own = isOwn ? ExampleFile.ReadIfLabelled(options.Data!, options.Reading, Remarks.Write) : null;
        var name = options.Data ?? "samples/inbox/test.jsonl";
        // 1. Heads are given: only texts matter, and their answers if there are any.
        if (options.Heads is not null)
        {
            var truth = isOwn ? own : Checkout.InboxData("test");
            var texts = truth?.Texts ?? TextFile.Read(options.Data!, options.Reading);
            return new DemoData { Name = name, Texts = texts, Truth = truth };
        }
        // 2. A person's labels: about two thirds to train on.
        if (own is not null)
        {
            var (train, test) = Part(own);
            Remarks.Write(
                $"{name}: {own.Labels.Length} labels; {train.Texts.Count:N0} texts to train on, " +
                $"{test.Texts.Count:N0} to stream");
            return Leave(train, Rarest(train)) with { Name = name, Texts = test.Texts, Truth = test };
        }
        // 3. The sample inbox. Its heads are also used for a person's texts without labels.
        var inbox = Leave(Checkout.InboxData("train"), LateOfInbox);
        var held = Checkout.InboxData("test");
        if (!isOwn)
            return inbox with { Name = name, Texts = held.Texts, Truth = held };
        Remarks.Write(
            $"{name} has no labels: the demo uses heads of the sample inbox; give your own with --heads");
        return inbox with { Name = name, Texts = TextFile.Read(options.Data!, options.Reading) };
    }

    /// <summary>All labels but one to start with, and that one separately.</summary>
    private static DemoData Leave(DataSet train, string? late) => new()
    {
        Name = "",
        Texts = [],
        Early = late is null ? train : train.WithLabels([.. train.Labels.Where(label => label != late)]),
        Late = late is null ? null : train.WithLabels([late]),
        Few = First(train.WithLabels([MostEven(train)])),
    };

    /// <summary>The label whose rarer answer has the most texts.</summary>
    private static string MostEven(DataSet data) => data.Labels.Select((label, i) => (label, data.Answers.Count(i)))
        .MaxBy(pair => Math.Min(pair.Item2.Positives, pair.Item2.Negatives)).label;

    /// <summary>The first texts, until there are some of either answer.</summary>
    private static DataSet First(DataSet one)
    {
        var (rows, yes, no) = (0, 0, 0);
        for (; rows < one.Texts.Count && (yes < FirstOfEach || no < FirstOfEach); rows++)
            _ = one.Answers[rows, 0] == AnswerMatrix.Yes ? yes++ : no++;
        return one.Part([.. Enumerable.Range(0, rows)]);
    }

    /// <summary>The rarest label that still has enough texts to train on; null if it would be the only one.</summary>
    private static string? Rarest(DataSet data)
    {
        var counted = data.Labels.Select((label, i) => (label, Yes: data.Answers.Count(i).Positives))
            .Where(c => c.Yes >= MinimumLate);
        return data.Labels.Length < 2 ? null : counted.OrderBy(c => c.Yes).Select(c => c.label).FirstOrDefault();
    }

    /// <summary>
    /// Splits by content, so that copies of a text, and copies that differ only in case and spaces, are on one side.
    /// </summary>
    private static (DataSet Train, DataSet Test) Part(DataSet data)
    {
        var isTest = data.Texts.Select(LabelNames.Key).Select(Encoding.UTF8.GetBytes)
            .Select(key => SHA256.HashData(key)[0] % 3 == 0).ToArray();
        return (Rows(data, row => !isTest[row]), Rows(data, row => isTest[row]));
    }

    private static DataSet Rows(DataSet data, Func<int, bool> takes)
    {
        int[] rows = [.. Enumerable.Range(0, data.Texts.Count).Where(takes)];
        if (rows.Length == 0)
            throw new UserError("too few texts to train on some and stream the others: give more texts, or heads " +
                "with --heads");
        return data.Part(rows);
    }
}
