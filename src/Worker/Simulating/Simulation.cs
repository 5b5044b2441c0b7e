using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Simulating;

/// <summary>The whole loop on labelled texts, again and again: asking by doubt, by chance, and everything.</summary>
internal static class Simulation
{
    /// <param name="loaded">Returns the taps.</param>
    /// <param name="pool">Texts that can be asked about.</param>
    /// <param name="test">Texts to measure on.</param>
    public static SimulationResult Run(
        LoadedEncoder loaded, DataSet pool, DataSet test, SimulationOptions options, CancellationToken stop)
    {
        var (asked, measured) = (Encoded(loaded, pool), Encoded(loaded, test.WithLabels(pool.Labels)));
        var steps = 2.0 * options.Seeds * (options.Rounds + 1) + 1;
        return ProgressBars.Run("simulate", report =>
        {
            var done = 0;
            void Progress() => report(++done / steps);
            var everything = TextTraining.Train(loaded, pool, asked.Encoded, new TrainingPlan
            {
                Quiet = true,
                Options = new TrainingOptions { Parallelism = options.Threads },
            }, stop);
            Progress();
            var seeds = new List<SeedResult>();
            for (var seed = 0; seed < options.Seeds; seed++)
            {
                using var byDoubt = new SimulatedLoop(loaded, asked, measured, options, seed);
                using var byChance = new SimulatedLoop(loaded, asked, measured, options, seed);
                seeds.Add(new SeedResult(
                    byDoubt.Run(byDoubt: true, Progress, stop), byChance.Run(byDoubt: false, Progress, stop)));
            }
            return new SimulationResult(
                seeds, measured.Measure(everything.Heads, pool.Texts.Count).MacroF1, pool.Texts.Count,
                test.Texts.Count, pool.Labels.Length)
            {
                Method = options.Method,
            };
        });
    }

    /// <summary>Divides texts into a pool and a test part; copies stay on one side.</summary>
    public static (DataSet Pool, DataSet Test) Divide(DataSet data, double testShare, int seed)
    {
        var groups = data.Groups;
        var order = Enumerable.Range(0, groups.Count).ToArray();
        new Random(seed).Shuffle(order);
        var held = order.Take((int)Math.Ceiling(testShare * order.Length)).ToHashSet();
        var rows = Enumerable.Range(0, data.Texts.Count).ToLookup(row => held.Contains(groups[row]));
        return (data.Part([.. rows[false]]), data.Part([.. rows[true]]));
    }

    private static SimulatedTexts Encoded(LoadedEncoder loaded, DataSet data) =>
        new(data, TextTraining.Encode(loaded, data.Texts));
}
