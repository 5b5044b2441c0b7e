using System.Text.Json;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Tests.Support;
using Worker.Reports.Figures;

namespace Worker.Learning.Tests.Evaluating;

public class EvaluationDetailTests
{
    [Fact]
    public void Exclusive_labels_are_confused_by_the_most_probable()
    {
        // Three texts of a, one of b; b is predicted for the second a, although neither reaches its threshold.
        var table = ConfusionTable.Of(
            Evaluated.Of(
                ["a", "b"], [0.9, 0.2, 0.3, 0.4, 0.6, 0.1, 0.2, 0.8], [1, 0, 1, 0, 1, 0, 0, 1], group: "kind"))!;
        Assert.True(table.Exclusive);
        Assert.Equal([[2, 1], [0, 1]], table.Counts);
        Assert.Equal(new ConfusedPair("a", "b", 1, 1.0 / 3), Assert.Single(table.Pairs));
    }

    [Fact]
    public void Labels_that_may_come_together_are_confused_by_every_wrong_yes()
    {
        // a and b both hold for the first text, so predicting both is no confusion. The second has a; b and c are
        // predicted. The third has c; nothing is predicted.
        var table = ConfusionTable.Of(
            Evaluated.Of(["a", "b", "c"], [0.9, 0.8, 0, 0.2, 0.7, 0.9, 0, 0, 0.1], [1, 1, 0, 1, 0, 0, 0, -1, 1]))!;
        Assert.False(table.Exclusive);
        Assert.Equal(
            [("a", "b", 1, 0.5), ("a", "c", 1, 0.5)],
            table.Pairs.Select(p => (p.Truth, p.Predicted, p.Count, p.Share)));
        Assert.Equal([0, 0, 1], table.Nothing);
        Assert.Null(ConfusionTable.Of(Evaluated.Of(["a"], [0.5], [1])));
    }

    [Fact]
    public void Risk_is_the_number_of_wrong_decisions_to_expect_of_known_answers()
    {
        var error = Assert.Single(
            TextError.Of(Evaluated.Of(["a", "b", "c"], [0.9, 0.3, 0.6, 0.5, 0.5, 0.5], [0, 0, -1, -1, -1, -1])));
        Assert.Equal((0, 2, 1), (error.Row, error.Known, error.Wrong));
        Assert.Equal(0.1 + 0.3, error.Risk, 1e-12);
    }

    [Fact]
    public void Slices_by_length_and_source_hold_every_text_once()
    {
        string[] texts = [.. Enumerable.Range(0, 53).Select(i => new string('x', i % 7))];
        var evaluated = new EvaluatedTexts(
            [Evaluated.Head("a")], texts, [.. texts.Select((_, i) => i % 5 == 0 ? null : $"source {i % 3}")],
            new double[53], [.. texts.Select((_, i) => i % 2.0)], new AnswerMatrix(53, 1, new sbyte[53]));
        var detail = EvaluationDetail.Of(evaluated);
        Assert.Equal(53, detail.Lengths.Sum(slice => slice.Texts));
        Assert.Equal(4, detail.Sources.Count);
        Assert.Equal(53, detail.Sources.Sum(slice => slice.Texts));
        Assert.Equal(26, detail.Sources.Sum(slice => slice.Decisions.FalsePositives));
        Assert.All(
            detail.Lengths.Zip(detail.Lengths.Skip(1)), pair => Assert.NotEqual(pair.First.Name, pair.Second.Name));
    }

    [Fact]
    public void The_most_confident_mistakes_come_first()
    {
        var detail = EvaluationDetail.Of(
            Evaluated.Of(["a"], [0.9, 0.6, 0.7, 0.1, 0.4, 0.95], [0, 0, 0, 1, 1, 1])).Labels[0];
        Assert.Equal([0, 2, 1], detail.FalsePositives.Select(w => w.Row));
        Assert.Equal([3, 4], detail.FalseNegatives.Select(w => w.Row));
    }

    [Fact]
    public void The_JSON_holds_every_figure_of_the_detail()
    {
        var evaluated = Evaluated.Of(["a", "b"], [0.9, 0.2, 0.3, 0.4, 0.6, 0.1, 0.2, 0.8], [1, 0, 1, 0, 1, 0, 0, 1]);
        using var stream = new MemoryStream();
        EvaluationJson.Write(stream, Evaluator.Evaluate(evaluated.Heads, evaluated.Probabilities, evaluated.Answers),
            detail: EvaluationDetail.Of(evaluated));
        using var json = JsonDocument.Parse(stream.ToArray());
        foreach (var name in (string[])["macro", "labels", "confidence", "curves", "label_curves", "decisions",
            "confused_pairs", "review", "slices", "mistakes"])
            Assert.True(json.RootElement.TryGetProperty(name, out _), name);
        Assert.Equal(
            101, json.RootElement.GetProperty("review").GetProperty("points").GetProperty("rows").GetArrayLength());
        Assert.Equal(
            2, json.RootElement.GetProperty("decisions").GetProperty("a").GetProperty("true_positives").GetInt32());
        // Above the highest probability there is no precision.
        Assert.Equal(
            JsonValueKind.Null, json.RootElement.GetProperty("label_curves").GetProperty("b").GetProperty("thresholds")
                .GetProperty("rows")[100][1].ValueKind);
    }

    [Fact]
    public void Sizes_that_differ_are_refused() => Assert.Throws<ArgumentException>(() =>
        new EvaluatedTexts([Evaluated.Head("a")], ["x"], ["s", "t"], [0.5], [0.5], new AnswerMatrix(1, 1, [1])));
}
