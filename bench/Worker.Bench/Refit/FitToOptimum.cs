using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Bench.Refit;

/// <summary>How far above its minimum a fit ends.</summary>
internal static class FitToOptimum
{
    /// <summary>For three penalties and some tolerances, the label in the middle.</summary>
    public static void Print(FeatureMatrix features, DataSet data, TrainingOptions options)
    {
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism,
        };
        var answers = new CrossFitAnswers(data.Answers);
        var pass = new LossPass(features, Standardisation.Of(features, parallel), answers, parallel);
        foreach (var l2 in new[] { 3e-2, 1e-2, 3e-3 })
        {
            // Further on f32 can hardly tell one point from another.
            var best = Fit(pass, answers, features.Width, l2, options with
            {
                Tolerance = 1e-5,
                MaximumIterations = 400,
            }, parallel);
            foreach (var tolerance in new[] { 2e-3, 1e-3, 5e-4, 2.5e-4 })
            {
                var usual = Fit(pass, answers, features.Width, l2, options with { Tolerance = tolerance }, parallel);
                Console.WriteLine(
                    $"one head, L2 {l2}, tolerance {tolerance}: loss {usual.Value:F6} after {usual.Iterations} " +
                    $"steps, {(usual.Value - best.Value) / best.Value:E1} above the optimum ({best.Iterations} steps)");
            }
        }
    }

    private static Lbfgs Fit(
        LossPass pass, CrossFitAnswers answers, int width, double l2, TrainingOptions options, ParallelOptions parallel)
    {
        var label = answers.Labels / 2;
        var (positives, negatives) = answers.Weigh(label, without: 0);
        var objective = new Objective(label, 0, positives, negatives, 1, width) { L2 = l2 };
        objective.At[width] = (float)Math.Log(objective.PositiveShare / (1 - objective.PositiveShare));
        var fit = new Lbfgs(objective, options.Tolerance, options.MaximumIterations);
        LbfgsBatch.Run(pass, [fit], parallel, _ => { });
        return fit;
    }
}
