using System.Numerics.Tensors;
using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Bench.Quality;

/// <summary>Whether descriptions help the first heads that are fitted to answers.</summary>
internal static class FirstHeads
{
    /// <summary>Heads of few answered texts, with the descriptions beside them and without.</summary>
    /// <param name="described">What the labels mean.</param>
    /// <param name="train">Texts to draw answered ones from.</param>
    /// <param name="test">Texts for figures.</param>
    /// <param name="features">Encodes texts; [texts, width].</param>
    public static void Print(
        IReadOnlyDictionary<string, LabelDescription> described, (string Text, string Label)[] train,
        (string Text, string Label)[] test, string feature, string encoder, Func<string[], float[]> features, int width)
    {
        var all = new FeatureMatrix(features([.. train.Select(row => row.Text)]), width);
        var figures = new FeatureMatrix(features([.. test.Select(row => row.Text)]), width);
        Console.WriteLine(
            "first heads from random answers, without and with the names: average precision and log-loss on test");
        foreach (var count in new[] { 600, 1200, 2400 })
            for (var seed = 1; seed <= 3; seed++)
            {
                int[] order = [.. Enumerable.Range(0, train.Length)];
                new Random(seed).Shuffle(order);
                var rows = order[..count];
                var data = DataSet.From(rows.Select(row => Having(train[row])), "answers");
                var part = DataSet.From(test.Select(Having), "test");
                var without = Fit(new Dictionary<string, LabelDescription>());
                var with = Fit(described);
                Console.WriteLine($"  {count,5} answers, seed {seed}: {without.Heads} heads   " +
                    $"without {without.Ap:F3} {without.Loss:F4}   with {with.Ap:F3} {with.Loss:F4}");

                (int Heads, double Ap, double Loss) Fit(IReadOnlyDictionary<string, LabelDescription> beside)
                {
                    var (words, derived) = PseudoExamples.Of(data, beside);
                    var x = all.Part(rows);
                    if (words.Count > 0)
                        x = x.Append(features([.. words]));
                    var made = HeadTrainer.Train(
                        x, data, feature, encoder, new TrainingOptions(), derived: new() { Pseudo = derived }).Heads;
                    var p = new double[figures.Rows * made.Count];
                    Parallel.For(0, figures.Rows, row =>
                    {
                        for (var i = 0; i < made.Count; i++)
                            p[row * made.Count + i] = made[i].Calibration.Probability(
                                TensorPrimitives.Dot(figures.Row(row), made[i].Weights) + made[i].Bias);
                    });
                    string[] labels = [.. made.Select(head => head.Label)];
                    var measured = Evaluator.Evaluate(
                        labels, [.. made.Select(head => head.Thresholds.Decide)], p, part.WithLabels(labels).Answers);
                    return (made.Count, measured.Macro.AveragePrecision, measured.Labels.Average(one => one.LogLoss));
                }
            }
    }

    private static LabelledText Having((string Text, string Label) row) =>
        new(row.Text, new Dictionary<string, bool>(StringComparer.Ordinal) { [row.Label] = true }, Closed: true);
}
