using System.CommandLine;
using System.Diagnostics;
using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Terminal;

namespace Worker.Bench.Refit;

/// <summary>
/// How long it takes to fit many heads anew when answers have come in, from the heads at hand and from nothing, and how
/// far a fit ends from its optimum. Drawn features: no encoder, no files.
/// </summary>
internal static class RefitBench
{
    /// <summary>Answers that came in since the last fit, as a share of all.</summary>
    private const double New = 0.05;

    public static Command Create()
    {
        var examples = Number("--examples", "Answered texts", 100_000);
        var width = Number("--width", "Floats of a feature", 384);
        var heads = Number("--heads", "Labels", 50);
        var threads = Number("--threads", "Threads; 0 for all processors", 0);
        var unknown = new Option<double>("--unknown")
        {
            Description = "Share of the answers that nobody gave",
            DefaultValueFactory = _ => 0,
        };
        var optimum = new Option<bool>("--optimum") { Description = "How far from its optimum a fit ends, too" };
        var only = new Option<bool>("--only-refit")
        {
            Description = "Nothing but the refit, from heads of one penalty for all",
        };
        var command = new Command("refit", "Fit many heads anew, from the heads at hand and from nothing")
        {
            examples, width, heads, threads, unknown, optimum, only,
        };
        command.SetAction((parsed, stop) =>
        {
            var (rows, floats) = (parsed.GetValue(examples), parsed.GetValue(width));
            var (features, data) = RefitSet.Draw(
                rows, floats, parsed.GetValue(heads), parsed.GetValue(unknown), seed: 1);
            var options = new TrainingOptions { Parallelism = parsed.GetValue(threads) };
            Console.WriteLine(
                $"{rows:N0} examples x {floats} features x {data.Labels.Length} heads; features " +
                $"{4.0 * features.Length / 1e6:N0} MB, before fitting {Peak():N0} MB");
            if (parsed.GetValue(optimum))
                FitToOptimum.Print(new FeatureMatrix(features, floats), data, options);
            var isOnly = parsed.GetValue(only);
            var before = RefitSet.First(features, data, (int)(rows * (1 - New)), floats);
            var parents = Timed("first fit, 95% of them", before.Features, before.Data,
                isOnly ? options with { L2 = 1e-3 } : options, null, stop);
            var all = new FeatureMatrix(features, floats);
            var warm = Timed("refit on all, from these", all, data, options, parents, stop);
            if (!isOnly)
            {
                var cold = Timed("refit on all, from nothing", all, data, options, null, stop);
                Console.WriteLine($"held-out log-loss, mean over heads: warm {Loss(warm):F5}, cold {Loss(cold):F5}");
            }
            Console.WriteLine($"peak of the process {Peak():N0} MB");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static IReadOnlyList<Head> Timed(
        string name, FeatureMatrix features, DataSet data, TrainingOptions options, IReadOnlyList<Head>? previous,
        CancellationToken stop)
    {
        // Copies are found once a data set, not by the fit.
        _ = data.Groups;
        var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var allocated = GC.GetTotalAllocatedBytes();
        var result = HeadTrainer.Train(features, data, "mean", "bench", options, previous, cancellation: stop);
        var used = Environment.CpuUsage.TotalTime - processor;
        Console.WriteLine(
            $"{name}: {watch.Elapsed.TotalSeconds:F1} s ({used.TotalSeconds:F1} s of processors), allocated " +
            $"{(GC.GetTotalAllocatedBytes() - allocated) / 1e6:N0} MB, {result.Passes} passes, folds " +
            string.Join(", ", result.Figures.CountBy(f => f.Folds).Select(f => $"{f.Value} heads with {f.Key}")) +
            $", L2 {result.Figures.Min(f => f.L2):G2} to {result.Figures.Max(f => f.L2):G2}, peak {Peak():N0} MB");
        return result.Heads;
    }

    private static double Loss(IReadOnlyList<Head> heads) =>
        heads.Average(head => head.Training!.ValidationLogLoss!.Value);

    private static double Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
