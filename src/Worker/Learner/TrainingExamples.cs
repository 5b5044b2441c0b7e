using Worker.Learning.Examples;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>The store's examples of some labels, as training takes them.</summary>
internal sealed class TrainingExamples
{
    private readonly Dictionary<(long Text, string Label), StoredExample> examples;

    private TrainingExamples(
        long[] ids, DataSet data, float[]? weakScores, Dictionary<(long Text, string Label), StoredExample> examples) =>
        (Ids, Data, WeakScores, this.examples) = (ids, data, weakScores, examples);

    /// <summary>Of the texts, rising; one a row.</summary>
    public long[] Ids { get; }

    /// <summary>Texts and what people answered.</summary>
    public DataSet Data { get; }

    /// <summary>[texts, labels]: weak answers, NaN elsewhere; null when there are none.</summary>
    public float[]? WeakScores { get; }

    /// <summary>Reads them.</summary>
    /// <param name="labels">Which.</param>
    /// <param name="maximum">Of each label the newest, so many at most.</param>
    public static TrainingExamples Read(LearningStore store, IReadOnlyList<LabelState> labels, int maximum)
    {
        var names = labels.ToDictionary(label => label.Id, label => label.Name);
        var read = store.Examples.Examples(names.Keys, maximum);
        var texts = store.Examples.Texts(read.Select(example => example.Text).Distinct());
        long[] ids = [.. texts.Keys.Order()];
        var columns = labels.Select(label => label.Name).Order(StringComparer.Ordinal).ToArray();
        var values = new sbyte[checked(ids.Length * columns.Length)];
        Array.Fill(values, AnswerMatrix.Unknown);
        float[]? weak = null;
        var byPlace = new Dictionary<(long Text, string Label), StoredExample>(read.Count);
        foreach (var example in read)
        {
            // A text may have been erased between the two reads.
            if (Array.BinarySearch(ids, example.Text) is not (>= 0 and var row))
                continue;
            var label = names[example.Label];
            var cell = row * columns.Length + Array.BinarySearch(columns, label, StringComparer.Ordinal);
            byPlace[(example.Text, label)] = example;
            if (example.Value is 0 or 1)
            {
                values[cell] = example.Value == 1 ? AnswerMatrix.Yes : AnswerMatrix.No;
                continue;
            }
            if (weak is null)
                Array.Fill(weak = new float[values.Length], float.NaN);
            weak[cell] = (float)example.Value;
        }
        var data = new DataSet(
            [.. ids.Select(id => texts[id])], [.. columns], new AnswerMatrix(ids.Length, columns.Length, values));
        return new TrainingExamples(ids, data, weak, byPlace);
    }

    /// <summary>What counts for a text and a label.</summary>
    public StoredExample Example(long text, string label) => examples[(text, label)];
}
