using Worker.Learning.Examples;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>The store's examples of some labels, as training takes them.</summary>
internal sealed class TrainingExamples
{
    private readonly IReadOnlyList<StoredExample> examples;

    /// <summary>Where a label's examples begin and end.</summary>
    private readonly Dictionary<string, (int From, int To)> places;

    private TrainingExamples(
        long[] ids, DataSet data, float[]? weakScores, IReadOnlyList<StoredExample> examples,
        Dictionary<string, (int From, int To)> places) =>
        (Ids, Data, WeakScores, this.examples, this.places) = (ids, data, weakScores, examples, places);

    /// <summary>Of the texts, rising; one a row.</summary>
    public long[] Ids { get; }

    /// <summary>Texts and what people answered.</summary>
    public DataSet Data { get; }

    /// <summary>[texts, labels]: weak answers, NaN elsewhere; null when there are none.</summary>
    public float[]? WeakScores { get; }

    /// <summary>Reads them.</summary>
    /// <param name="labels">Which.</param>
    /// <param name="maximum">Of each label the newest, so many at most.</param>
    /// <param name="texts">Those of a round that has other labels too; others are left out. Null for theirs.</param>
    public static TrainingExamples Read(
        LearningStore store, IReadOnlyList<LabelState> labels, int maximum, RoundTexts? texts = null)
    {
        var names = labels.ToDictionary(label => label.Id, label => label.Name);
        texts ??= RoundTexts.Read(store, labels, maximum);
        var ids = texts.Ids;
        var read = store.Examples.Examples(names.Keys, maximum);
        var columns = labels.Select(label => label.Name).Order(StringComparer.Ordinal).ToArray();
        var values = new sbyte[checked(ids.Length * columns.Length)];
        Array.Fill(values, AnswerMatrix.Unknown);
        float[]? weak = null;
        // The store gives them label by label: nothing is kept beside what it gave, which may be millions.
        var ranges = new Dictionary<string, (int From, int To)>(StringComparer.Ordinal);
        for (var i = 0; i < read.Count; i++)
        {
            var example = read[i];
            ranges[names[example.Label]] = (ranges.TryGetValue(names[example.Label], out var place)
                ? place.From : i, i + 1);
            // A text may have come, or been erased, between the two reads.
            if (Array.BinarySearch(ids, example.Text) is not (>= 0 and var row))
                continue;
            var label = names[example.Label];
            var cell = row * columns.Length + Array.BinarySearch(columns, label, StringComparer.Ordinal);
            if (example.Value is 0 or 1)
            {
                values[cell] = example.Value == 1 ? AnswerMatrix.Yes : AnswerMatrix.No;
                continue;
            }
            if (weak is null)
                Array.Fill(weak = new float[values.Length], float.NaN);
            weak[cell] = (float)example.Value;
        }
        return new TrainingExamples(
            ids, texts.Data.WithAnswers([.. columns], new AnswerMatrix(ids.Length, columns.Length, values)), weak,
            read, ranges);
    }

    /// <summary>Whether answers stand for unequal numbers of texts.</summary>
    public bool IsWeighted => examples.Any(example => example.Weight != examples[0].Weight);

    /// <summary>What counts for a text and a label.</summary>
    /// <exception cref="KeyNotFoundException">Nothing does.</exception>
    public StoredExample Example(long text, string label)
    {
        var (from, to) = places[label];
        while (from < to)
        {
            var middle = (from + to) / 2;
            // The newest text comes first.
            if (examples[middle].Text == text)
                return examples[middle];
            (from, to) = examples[middle].Text > text ? (middle + 1, to) : (from, middle);
        }
        throw new KeyNotFoundException($"text {text} has no answer for '{label}'");
    }
}
