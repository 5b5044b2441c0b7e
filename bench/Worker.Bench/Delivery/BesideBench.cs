using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Bench.Quality;
using Worker.Core.Answers;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Learner;
using Worker.Measuring;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Terminal;

namespace Worker.Bench.Delivery;

/// <summary>
/// The stream's throughput while a learner in the same process trains on its own thread without a pause, against the
/// same stream alone, in turn: what 'worker run --roles classify,learn' costs the stream at the most.
/// </summary>
internal static class BesideBench
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static Command Create()
    {
        var messages = new Option<int>("--messages") { DefaultValueFactory = _ => 1_500, Description = "Of one run" };
        var repeats = new Option<int>("--repeats") { DefaultValueFactory = _ => 5, Description = "Pairs of runs" };
        var labels = new Option<int>("--labels") { DefaultValueFactory = _ => 20, Description = "That are trained" };
        var nice = new Option<int>("--nice") { DefaultValueFactory = _ => 10, Description = "Learn:Nice" };
        var command = new Command("beside", "Throughput of the stream with and without a learner that trains beside it")
        {
            messages, repeats, labels, nice,
        };
        command.SetAction(async (parsed, stop) =>
        {
            await Measure(
                parsed.GetValue(messages), parsed.GetValue(repeats), parsed.GetValue(labels), parsed.GetValue(nice),
                stop);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task Measure(int messages, int repeats, int labels, int nice, CancellationToken stop)
    {
        var section = new EncoderSection { Precision = "int8" };
        var texts = BenchData.Texts(null, messages);
        using var loaded = LoadedEncoder.Open(section);
        using var bed = await TestBed.Start(section, BenchData.RandomHeads(loaded, 1), stop);
        var folder = Directory.CreateTempSubdirectory("worker-bench-");
        var options = new LearnerOptions(
            bed.Options.Kafka, new StoreOptions { Path = Path.Combine(folder.FullName, "store.db") },
            new LearnSection { Nice = nice, Minutes = 600, PromotionAnswers = 1_000_000 }, section, bed.Options.Input,
            Product.Version);
        using (var store = LearningStore.Open(options.Store, Clock))
        {
            store.Examples.Record(new LabelBatch([.. Events(labels)], []));
            // The first training encodes all texts; it is not measured.
            await WithLearner(options, store, stop);
            var (alone, beside, published, rounds) = (new Spread(), new Spread(), 0, 0);
            for (var pair = 0; pair < repeats; pair++)
            {
                alone.Add(await Rate());
                rounds += await WithLearner(options, store, stop, async () => beside.Add(await Rate()));
            }
            Console.WriteLine($"alone, tokens/s:                  {alone}");
            Console.WriteLine(
                $"with a learner beside it:         {beside}: {beside.MedianRatio(alone):P1} (median pair)");
            Console.WriteLine($"heads trained meanwhile:          {rounds} of {labels} labels, 5,000 answers each");

            Task<double> Rate()
            {
                bed.Publish(texts);
                return bed.Classify(published += texts.Count, stop);
            }
        }
        folder.Delete(recursive: true);
    }

    /// <summary>Runs a learner that has something to train all the time; returns how many heads it made.</summary>
    /// <param name="work">Done beside it, once it has made the first ones.</param>
    private static async Task<int> WithLearner(
        LearnerOptions options, LearningStore store, CancellationToken stop, Func<Task>? work = null)
    {
        string[] names = [.. store.Examples.Labels().Select(label => label.Name)];
        var before = Made();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var life = new LearnerLife(new LearnerParts(options, NullLoggerFactory.Instance, Clock));
        var learning = life.Run(ended.Token);
        var asking = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                store.Examples.Ask(names);
                await Task.Delay(200, CancellationToken.None);
            }
        }, CancellationToken.None);
        while (Made() == before)
        {
            if (learning.IsCompleted)
                await learning;
            await Task.Delay(50, stop);
        }
        before = Made();
        if (work is not null)
            await work();
        var made = Made() - before;
        await ended.CancelAsync();
        await Task.WhenAll(learning, asking);
        return made;

        int Made() => store.Heads.Of(store.Examples.Labels().Select(label => label.Id)).Count;
    }

    /// <summary>5,000 texts, each answered for all labels; what is true of a label is chance.</summary>
    private static IEnumerable<LabelEvent> Events(int labels)
    {
        var random = new Random(1);
        return PublicSets.Sms().Take(5_000).Select((text, row) => new LabelEvent
        {
            Id = $"{row}",
            At = Clock.GetUtcNow(),
            Text = text.Text,
            Answers =
            [
                .. Enumerable.Range(0, labels).Select(label => new LabelAnswer(
                    $"learned-{label:00}",
                    (text.Labels.GetValueOrDefault("spam") ? 0.8 : 0.1) > random.NextDouble() ? 1 : 0)),
            ],
        });
    }
}
