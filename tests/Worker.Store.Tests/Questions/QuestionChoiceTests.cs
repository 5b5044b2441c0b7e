using Worker.Core.Messages;
using Worker.Core.Questions;
using Worker.Store.Questions;

namespace Worker.Store.Tests.Questions;

public class QuestionChoiceTests
{
    [Fact]
    public void Labels_that_a_reason_names_are_asked_most_probable_first()
    {
        var chosen = QuestionChoice.Of(Item(null, [new ItemReason("uncertain", "c", 0.4),
            new ItemReason("disagreement", "b", 0.9), new ItemReason("anomaly", null, 0.2)]));
        Assert.Equal(["b", "c"], Asked(chosen));
        Assert.Equal(["b", "c", "a", "d"], chosen.Labels.Select(label => label.Label));
    }

    [Fact]
    public void Without_a_named_label_the_most_probable_ones_are_asked() =>
        Assert.Equal(["a", "b", "c", "d"], Asked(QuestionChoice.Of(Item(null, [new ItemReason("anomaly", null, 1)]))));

    [Fact]
    public void An_audit_asks_about_every_yes_and_the_most_probable_labels() =>
        Assert.Equal(["a", "b", "c", "d"], Asked(QuestionChoice.Of(Item(0.01, [new ItemReason("audit", null, 1)]))));

    [Fact]
    public void Of_500_labels_nine_are_asked_and_twenty_kept()
    {
        var item = Item(0.5, []) with
        {
            Labels = [.. Enumerable.Range(0, 500).Select(i =>
                new ItemLabel($"label {i}", (i * 7 % 500) / 500.0, i % 2 == 0 ? "yes" : "no", "likely", 1))],
        };
        var chosen = QuestionChoice.Of(item);
        Assert.Equal(9, chosen.Labels.Count(label => label.IsAsked));
        Assert.Equal(20, chosen.Labels.Count);
    }

    private static IEnumerable<string> Asked(QuestionContent content) =>
        content.Labels.Where(label => label.IsAsked).Select(label => label.Label);

    private static ReviewItem Item(double? propensity, ItemReason[] reasons) => new()
    {
        Source = new SourcePosition("messages", 0, 1),
        At = DateTimeOffset.UnixEpoch,
        Text = "a text",
        Propensity = propensity,
        Reasons = reasons,
        Labels =
        [
            new ItemLabel("d", 0.1, "no", "likely", 1), new ItemLabel("a", 0.9, "yes", "likely", 1),
            new ItemLabel("c", 0.3, "no", "uncertain", 1), new ItemLabel("b", 0.5, "yes", "uncertain", 1),
        ],
    };
}
