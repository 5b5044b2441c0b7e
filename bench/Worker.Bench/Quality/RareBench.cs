using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Terminal;

namespace Worker.Bench.Quality;

/// <summary>
/// Labels that one text in a hundred thousand has: simulated features, noise of variance 1 in every direction, and for
/// each label a direction of its own along which its texts lie a few deviations out.
/// </summary>
internal static class RareBench
{
    private const int Width = 64;
    private const float Distance = 7;

    public static Command Create()
    {
        var labels = new Option<int>("--labels") { Description = "How many labels", DefaultValueFactory = _ => 485 };
        var texts = new Option<int>("--texts")
        {
            Description = "How many texts; one in 100,000 has a label",
            DefaultValueFactory = _ => 500_000
        };
        var command = new Command(
            "rare", "Training of many labels that one text in 100,000 has: does it converge, and what is recalled " +
            "(10 minutes and more)") { labels, texts };
        command.SetAction(parsed =>
        {
            Run(parsed.GetValue(labels), parsed.GetValue(texts));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Run(int labels, int texts)
    {
        var random = new Random(1);
        var directions = Enumerable.Range(0, labels).Select(_ => Direction(random)).ToArray();
        var (train, data) = Simulated(random, directions, texts, Math.Max(2, texts / 100_000));
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var result = HeadTrainer.Train(train, data, "simulated", "simulated", new TrainingOptions());
        Console.WriteLine(
            $"{result.Heads.Count} heads of {labels} labels trained on {texts:N0} texts, " +
            $"{Math.Max(2, texts / 100_000)} of them with each label, in {watch.Elapsed.TotalSeconds:F1} s " +
            $"({(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:F1} s of processor time), {result.Passes} passes");
        Console.WriteLine(
            "labels without a head: " +
            $"{result.Problems.Count}{(result.Problems.Count > 0 ? ", e.g. " + result.Problems[0].Reason : "")}; " +
            $"remarks: {result.Figures.Count(figures => figures.Remark is not null)}, e.g. " +
            $"{result.Figures.Select(figures => figures.Remark).FirstOrDefault(remark => remark is not null)}");
        if (result.Heads.Count == 0)
            throw new UserError("no label has positives enough: ask for more --texts");
        var (test, answers) = Simulated(random, directions, 50_000, 20);
        var (recalled, wrong) = (new List<double>(), 0L);
        foreach (var head in result.Heads)
        {
            var label = data.Labels.IndexOf(head.Label);
            var truePositives = 0;
            for (var row = 0; row < test.Rows; row++)
            {
                if (head.Calibration.Probability(
                    TensorPrimitives.Dot(test.Row(row), head.Weights) + head.Bias) < head.Thresholds.Decide)
                    continue;
                if (answers.Answers[row, label] == AnswerMatrix.Yes)
                    truePositives++;
                else
                    wrong++;
            }
            recalled.Add(truePositives / 20.0);
        }
        Console.WriteLine(
            $"macro recall on fresh texts {recalled.Average():F3}, false yes " +
            $"{(double)wrong / result.Heads.Count / test.Rows:E1} a text and label");
    }

    private static (FeatureMatrix Features, DataSet Data) Simulated(
        Random random, float[][] directions, int texts, int positives)
    {
        var values = new float[texts * Width];
        for (var i = 0; i < values.Length; i++)
            values[i] = Normal(random);
        var answers = new sbyte[checked(texts * directions.Length)];
        for (var label = 0; label < directions.Length; label++)
            for (var i = 0; i < positives; i++)
            {
                var row = random.Next(texts);
                answers[row * directions.Length + label] = AnswerMatrix.Yes;
                for (var column = 0; column < Width; column++)
                    values[row * Width + column] += Distance * directions[label][column];
            }
        var data = new DataSet(
            new string[texts], [.. Enumerable.Range(0, directions.Length).Select(label => $"label-{label}")],
            new AnswerMatrix(texts, directions.Length, answers));
        return (new FeatureMatrix(values, Width), data);
    }

    private static float[] Direction(Random random)
    {
        var direction = Enumerable.Range(0, Width).Select(_ => Normal(random)).ToArray();
        var norm = TensorPrimitives.Norm<float>(direction);
        return Array.ConvertAll(direction, x => x / norm);
    }

    /// <summary>Box and Muller 1958.</summary>
    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
