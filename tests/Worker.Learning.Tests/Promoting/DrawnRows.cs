using Worker.Core.Numerics;
using Worker.Learning.Examples;
using Worker.Learning.Promoting;

namespace Worker.Learning.Tests.Promoting;

/// <summary>Answers drawn by a true chance each, and two heads that know it more or less.</summary>
internal sealed class DrawnRows
{
    private readonly double[] champion;
    private readonly double[] challenger;
    private readonly bool[] answers;

    /// <param name="bias">Log-odds of a yes on average.</param>
    /// <param name="championNoise">Standard deviation of its error in log-odds.</param>
    /// <param name="noise">The challenger's.</param>
    /// <param name="onTop">Whether the challenger's error comes on top of the champion's.</param>
    public DrawnRows(
        int rows, Random random, double bias = 0, double championNoise = 0.5, double noise = 0.5, bool onTop = false)
    {
        (champion, challenger, answers) = (new double[rows], new double[rows], new bool[rows]);
        for (var row = 0; row < rows; row++)
        {
            var truth = bias + 2 * Normal(random);
            answers[row] = random.NextDouble() < Logistic.Sigmoid(truth);
            var first = truth + championNoise * Normal(random);
            champion[row] = Logistic.Sigmoid(first);
            challenger[row] = Logistic.Sigmoid((onTop ? first : truth) + noise * Normal(random));
        }
    }

    public ComparedRows Rows => Ordered([.. Enumerable.Range(0, answers.Length)]);

    public ComparedRows Same => new(Predictions.At(champion, 0.5), Predictions.At(champion, 0.5), answers);

    public ComparedRows First => new(null, Predictions.At(challenger, 0.5), answers);

    /// <summary>Rows in an order; one may come more than once, and is a copy then.</summary>
    public ComparedRows Ordered(int[] order, Func<int, double>? weight = null) => new(
        Predictions.At(Array.ConvertAll(order, row => champion[row]), 0.5),
        Predictions.At(Array.ConvertAll(order, row => challenger[row]), 0.5),
        Array.ConvertAll(order, row => answers[row]),
        weight is null ? null : Array.ConvertAll(order, row => weight(row)),
        TextGroups.Single(answers.Length).Part(order));

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
