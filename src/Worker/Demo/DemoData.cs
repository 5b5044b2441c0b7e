using Worker.Learning.Examples;
using Worker.Terminal;
using Worker.Texts;

namespace Worker.Demo;

/// <summary>
/// The sample inbox, split for the demo: all labels but one to start with, and the few dozen examples of that one among
/// the messages that are known not to have it.
/// </summary>
internal sealed class DemoData
{
    /// <summary>The label that the heads do not know at first.</summary>
    public const string LateLabel = "outage";

    private DemoData(DataSet early, DataSet late, DataSet test)
    {
        Early = early;
        Late = late;
        Test = test;
    }

    /// <summary>To train on at the start; knows nothing of the late label.</summary>
    public DataSet Early { get; }

    /// <summary>The same messages, each with the late label's answer alone.</summary>
    public DataSet Late { get; }

    /// <summary>To stream and to measure with.</summary>
    public DataSet Test { get; }

    /// <exception cref="UserError">The samples are not there.</exception>
    public static DemoData Read()
    {
        var train = ExampleReader.Read(Checkout.Inbox("train")).ToList();
        var early = train.Select(e => e with { Labels = Without(e.Labels) });
        var late = train.Select(e => new LabelledText(e.Text, new Dictionary<string, bool>(StringComparer.Ordinal) { [LateLabel] = e.Labels.ContainsKey(LateLabel) }, Closed: false));
        return new DemoData(DataSet.From(early, "train.jsonl"), DataSet.From(late, "train.jsonl"), Checkout.InboxData("test"));
    }

    private static Dictionary<string, bool> Without(IReadOnlyDictionary<string, bool> labels) =>
        labels.Where(l => l.Key != LateLabel).ToDictionary(StringComparer.Ordinal);
}
