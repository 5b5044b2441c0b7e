using System.Collections.Immutable;
using System.Numerics.Tensors;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Learning.Fitting;

namespace Worker.Bench.Quality;

/// <summary>
/// What people are asked about while all heads are made from descriptions: the worker's own decisions and review policy
/// with their default settings, on a stream that lasts an hour.
/// </summary>
internal static class FirstQueue
{
    private const int Questions = 300;

    /// <summary>Labels of which a positive was asked about, and among as many random texts; means of streams.</summary>
    /// <param name="heads">Made from descriptions.</param>
    /// <param name="features">[texts, width].</param>
    /// <param name="rows">The texts; each has one label.</param>
    /// <param name="tokens">Of each text.</param>
    /// <param name="streams">How many random orders.</param>
    public static void Print(
        IReadOnlyList<Head> heads, FeatureMatrix features, (string Text, string Label)[] rows, int[][] tokens,
        int streams)
    {
        var p = new float[rows.Length][];
        Parallel.For(0, rows.Length, row => p[row] = [.. heads.Select(head => (float)head.Calibration.Probability(
            TensorPrimitives.Dot(features.Row(row), head.Weights) + head.Bias))]);
        var orders = Enumerable.Range(1, streams).Select(seed =>
        {
            int[] order = [.. Enumerable.Range(0, rows.Length)];
            new Random(seed).Shuffle(order);
            return order;
        }).ToArray();
        var asked = orders.Select(order => Asked([.. heads], p, tokens, order)).ToArray();
        Console.WriteLine(
            $"all {heads.Count} labels described: labels with a positive among the first questions, mean of " +
            $"{streams} streams (with three positives)");
        foreach (var count in new[] { 77, 150, Questions })
            Console.WriteLine($"  {count,3} questions {Labels(asked, count, 1):F1} ({Labels(asked, count, 3):F1})   " +
                $"{count,3} random texts {Labels(orders, count, 1):F1} ({Labels(orders, count, 3):F1})");
        Console.WriteLine($"  {asked.Average(one => one.Length):F0} questions in the hour");
        var alone = new double[heads.Count];
        Parallel.For(0, heads.Count, label => alone[label] = Asked(
            [heads[label]], [.. p.Select(row => new[] { row[label] })], tokens, orders[0])
                .Take(100).Count(row => rows[row].Label == heads[label].Label));
        Console.WriteLine($"one label described: {alone.Average():F1} positives among the first 100 questions " +
            $"(fewest {alone.Min():F0}), {100.0 / heads.Count:F1} among 100 random texts");

        double Labels(int[][] picks, int count, int positives) => picks.Average(one => one.Take(count)
            .CountBy(row => rows[row].Label, StringComparer.Ordinal).Count(label => label.Value >= positives));
    }

    /// <summary>The texts that people are asked about, in their order.</summary>
    private static int[] Asked(ImmutableArray<Head> heads, float[][] p, int[][] tokens, int[] order)
    {
        var policy = new ReviewPolicy(new ReviewOptions());
        var bands = new DecisionBands(heads, new DecisionOptions(), DateTimeOffset.UnixEpoch);
        var (asked, labels) = (new List<int>(), new LabelDecision[heads.Length]);
        for (var i = 0; i < order.Length; i++)
        {
            var row = order[i];
            var outcome = bands.Decide(p[row], labels);
            var verdict = policy.Judge(
                new ReviewCandidate
                {
                    Source = new SourcePosition("messages", 0, i),
                    Bands = bands,
                    Probabilities = p[row],
                    Labels = labels,
                    Outcome = outcome,
                    Tokens = tokens[row],
                },
                DateTimeOffset.UnixEpoch.AddHours((double)i / order.Length));
            if (verdict.IsNew)
                asked.Add(row);
        }
        return [.. asked];
    }
}
