using System.CommandLine;
using System.Diagnostics;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learner;
using Worker.Simulating;
using Worker.Store.Heads;
using Worker.Terminal;

namespace Worker.Bench.Quality;

/// <summary>
/// Many rare labels the way that a learner takes them: answers over the labels topic into the store, one training round
/// over all labels, the gate, heads over the heads topic. Texts and features are real; labels are made
/// (<see cref="RareLabels"/>): each is on one text in 10,000 unless told.
/// </summary>
internal static class ManyBench
{
    public static Command Create()
    {
        var labels = new Option<int>("--labels") { Description = "How many", DefaultValueFactory = _ => 485 };
        var texts = new Option<int>("--texts")
        {
            Description = "How many, half of them to answer and half to measure on",
            DefaultValueFactory = _ => 100_000,
        };
        var random = new Option<int>("--random")
        {
            Description = "Random texts that are answered for all labels",
            DefaultValueFactory = _ => 5_000,
        };
        var minimum = new Option<int>("--promotion-answers")
        {
            Description = "Answers of each kind without which no head is promoted",
            DefaultValueFactory = _ => 5,
        };
        var oneIn = new Option<int>("--one-in")
        {
            Description = "A label is on one text in so many",
            DefaultValueFactory = _ => 10_000,
        };
        var batch = new Option<long>("--batch-examples")
        {
            Description = "Examples that the round holds at once",
            DefaultValueFactory = _ => 500_000,
        };
        var command = new Command("many", "Many rare labels through topics, store, training and gate")
        {
            labels, texts, random, minimum, oneIn, batch,
        };
        command.SetAction((parsed, stop) =>
        {
            var section = new EncoderSection { Precision = "int8", Features = [FeatureNames.Mean] };
            var cache = new FeatureCache(Path.Combine("artifacts", "features"), section, FeatureNames.Mean);
            var all = PublicSets.AllTexts().Take(parsed.GetValue(texts)).ToArray();
            using var loaded = LoadedEncoder.Open(section);
            var encoded = new EncodedTexts(
                loaded.Encoder.Features, cache.Features("all sets", all, [FeatureNames.Mean]));
            var drawn = RareLabels.Draw(all, encoded, parsed.GetValue(labels), parsed.GetValue(oneIn));
            Run(loaded, drawn, parsed.GetValue(random), parsed.GetValue(batch), new LearnSection
            {
                Answers = 1,
                Threads = Environment.ProcessorCount,
                LeaseSeconds = 3600,
                Feature = FeatureNames.Mean,
                PromotionAnswers = parsed.GetValue(minimum),
            }, stop);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Run(
        LoadedEncoder loaded, RareLabels drawn, int random, long batch, LearnSection learn, CancellationToken stop)
    {
        using var topics = new SimulatedTopics(learn);
        // 1. Answers: to random texts, and to every positive, which people found.
        var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        topics.Answer(drawn.Events(random), stop);
        var states = topics.Store.Examples.Labels();
        var answers = states.Sum(label => label.Positives + label.Negatives);
        Console.WriteLine(
            $"{drawn.Pool.Data.Texts.Count:N0} texts, {drawn.Pool.Data.Labels.Length} labels: {answers:N0} answers " +
            $"over the topic into the store, {Took()}");
        // 2. One round.
        var schedule = new LearningSchedule(learn);
        var due = states.Where(label => schedule.Of(label, TimeProvider.System.GetUtcNow()).IsDue).ToList();
        var round = new TrainingRound(
            topics.Store, (_, texts, _) => drawn.Pool.Of(texts), loaded, topics.Champions, learn, topics.HeadsTopic,
            TimeProvider.System)
        {
            BatchExamples = batch,
        };
        var outcomes = round.Run(due, stop);
        Console.WriteLine($"{due.Count} labels were due; one round took {Took()}");
        topics.Publish(stop);
        Console.WriteLine($"its heads are in use after {Took()}");
        var reasons = outcomes.Where(one => one.State is not HeadState.Promoted)
            .CountBy(one => one.Head is null ? "no head" : string.Join(", ", one.FailedBars));
        Console.WriteLine(
            $"{outcomes.Count(one => one.State == HeadState.Promoted)} promoted; " +
            string.Join("; ", reasons.Select(reason => $"{reason.Value} not, by {reason.Key}")));
        // 3. What the heads find among texts that nobody was asked about.
        Print("heads in use", [.. states.Select(label => topics.Champions.Find(label.Name)?.Head).OfType<Head>()]);
        Print("all heads that were made", [.. outcomes.Select(one => one.Head).OfType<Head>()]);
        Console.WriteLine($"peak of the process {Peak():N0} MB");

        void Print(string which, Head[] heads)
        {
            var found = drawn.Found(heads);
            Console.WriteLine(
                $"{which}: {heads.Length}; macro recall over all {drawn.Pool.Data.Labels.Length} labels " +
                $"{found.MacroRecall:F3}, precision of all yes {found.Precision:F3}, false yes {found.FalseShare:E1} " +
                $"a text and label; macro average precision {found.AveragePrecision:F3}");
        }

        string Took()
        {
            var used = Environment.CpuUsage.TotalTime - processor;
            var took = $"{watch.Elapsed.TotalSeconds:F1} s ({used.TotalSeconds:F1} s of processors), peak of the " +
                $"process so far {Peak():N0} MB";
            processor = Environment.CpuUsage.TotalTime;
            watch.Restart();
            return took;
        }
    }

    private static double Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
