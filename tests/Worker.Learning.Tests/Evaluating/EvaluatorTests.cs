using System.Text.Json;
using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;
using Worker.Reports.Figures;

namespace Worker.Learning.Tests.Evaluating;

public class EvaluatorTests
{
    private static readonly string[] Labels = ["rare", "spam", "unseen"];

    // Columns: a label without positives, a label with them (one row unknown), a label nobody answered.
    private static readonly AnswerMatrix Answers = new(5, 3, [
        0, 1, -1,
        0, 0, -1,
        0, 1, -1,
        0, -1, -1,
        0, 0, -1,
    ]);

    private static readonly double[] Probabilities = [
        0.1, 0.9, 0.3,
        0.6, 0.8, 0.3,
        0.1, 0.7, 0.3,
        0.1, 0.99, 0.3,
        0.1, 0.2, 0.3,
    ];

    private static Evaluation Result => Evaluator.Evaluate(Labels, [0.5, 0.75, 0.5], Probabilities, Answers);

    [Fact]
    public void Label_figures_are_of_the_rows_that_are_known()
    {
        var spam = Result.Labels[1];
        Assert.Equal(("spam", 2, 4, 0.75), (spam.Label, spam.Support, spam.Known, spam.Threshold));
        Assert.Equal((0.5, 0.5, 0.5), (spam.Precision, spam.Recall, spam.F1));
        Assert.Equal(0.5 + 1.0 / 3, spam.AveragePrecision, 1e-12);
        Assert.Equal(0.75, spam.RocAuc!.Value, 1e-12);
        Assert.Equal((0.01 + 0.64 + 0.09 + 0.04) / 4, spam.Brier, 1e-12);
    }

    [Fact]
    public void A_label_without_positives_counts_zero_but_not_in_average_precision()
    {
        var rare = Result.Labels[0];
        Assert.Equal((0, 0, 0, 0, 0), (rare.Precision, rare.Recall, rare.F1, rare.AveragePrecision, rare.Support));
        Assert.Null(rare.RocAuc);
        Assert.Equal((0.25, 0.25, 0.25), (Result.Macro.Precision, Result.Macro.Recall, Result.Macro.F1));
        Assert.Equal(0.5 + 1.0 / 3, Result.Macro.AveragePrecision, 1e-12);
    }

    [Fact]
    public void Micro_figures_pool_all_known_decisions()
    {
        // Yes: rare 1 wrong; spam 1 right, 1 wrong; one spam missed.
        Assert.Equal(1.0 / 3, Result.Micro.Precision, 1e-12);
        Assert.Equal(1.0 / 2, Result.Micro.Recall, 1e-12);
        Assert.Equal(2.0 / 5, Result.Micro.F1, 1e-12);
        // Pooled ranking: .9 yes, .8 no, .7 yes, then no.
        Assert.Equal(0.5 + 1.0 / 3, Result.Micro.AveragePrecision, 1e-12);
    }

    [Fact]
    public void The_JSON_has_the_contracts_keys()
    {
        using var stream = new MemoryStream();
        EvaluationJson.Write(stream, Result);
        using var json = JsonDocument.Parse(stream.ToArray());
        foreach (var average in (string[])["macro", "micro"])
            Assert.Equal(["precision", "recall", "f1", "average_precision"],
                json.RootElement.GetProperty(average).EnumerateObject().Select(p => p.Name));
        Assert.Equal(Result.Ece, json.RootElement.GetProperty("ece").GetDouble());
        Assert.Equal(Labels, json.RootElement.GetProperty("labels").EnumerateObject().Select(p => p.Name));
        var spam = json.RootElement.GetProperty("labels").GetProperty("spam");
        Assert.Equal(
            ["precision", "recall", "f1", "average_precision", "support", "threshold"],
            spam.EnumerateObject().Select(p => p.Name).Take(6));
        Assert.Equal((2, 0.75), (spam.GetProperty("support").GetInt32(), spam.GetProperty("threshold").GetDouble()));
        Assert.Equal(
            JsonValueKind.Null, json.RootElement.GetProperty("labels").GetProperty("rare")
                .GetProperty("roc_auc").ValueKind);
    }

    [Fact]
    public void Heads_are_evaluated_at_their_own_thresholds_and_only_on_their_own_features()
    {
        var head = new Head
        {
            Label = "spam",
            Version = 1,
            Encoder = "e",
            Feature = "mean",
            Weights = [2, 0],
            Bias = 1,
            Calibration = new(0.5, 1),
            Thresholds = new(0.8, 0.9, 0.9),
        };
        var features = new FeatureMatrix(new float[] { 1, 5, -1, 5 }, 2);
        var probabilities = HeadScorer.Probabilities(features, [head], "mean", "e");
        Assert.Equal([1 / (1 + Math.Exp(-2.5)), 1 / (1 + Math.Exp(-0.5))], probabilities);
        Assert.Equal(
            (1, 0.9), (Evaluator.Evaluate([head], probabilities, new AnswerMatrix(2, 1, [1, 0])).Micro.F1,
            Evaluator.Evaluate([head], probabilities, new AnswerMatrix(2, 1, [1, 0])).Labels[0].Threshold));
        Assert.Throws<HeadRefusedException>(() => HeadScorer.Probabilities(features, [head], "mean", "other"));
        Assert.Throws<HeadRefusedException>(() => HeadScorer.Probabilities(features, [head], "cls", "e"));
    }

    [Fact]
    public void What_cannot_be_evaluated_is_refused()
    {
        Assert.Contains(
            "no row has an answer", Assert.Throws<ArgumentException>(
                () => Evaluator.Evaluate(
                    ["x"], [0.5], [0.5], new AnswerMatrix(1, 1, [-1]))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "row 0 for label 'x' is NaN", Assert.Throws<ArgumentException>(
                () => Evaluator.Evaluate(
                    ["x"], [0.5], [double.NaN], new AnswerMatrix(1, 1, [1]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() =>
            Evaluator.Evaluate(["x"], [0.5], [0.5, 0.5], new AnswerMatrix(1, 1, [1])));
    }
}
