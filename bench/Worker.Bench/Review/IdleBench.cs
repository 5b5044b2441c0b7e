using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Commands;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Encoders;
using Worker.Kafka.Configuration;
using Worker.Learner;
using Worker.Measuring;
using Worker.Review.Access;
using Worker.Review.Http;
using Worker.Reviewing;
using Worker.Store;
using Worker.Terminal;

namespace Worker.Bench.Review;

/// <summary>The stream's throughput with the review role in the same process, which nobody asks, and without.</summary>
internal static class IdleBench
{
    private const int Heads = 26;

    public static Command Create()
    {
        var model = new ModelOptions();
        var messages = CheckedOptions.Number("--messages", "Messages", 2500, new NumberRange<int>(100, 1_000_000));
        var repeats = CheckedOptions.Number("--repeats", "Pairs of runs", 5, new NumberRange<int>(1, 1000));
        var command = new Command("idle", "The stream beside an idle review page, against the stream alone")
        {
            messages, repeats,
        };
        model.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var section = model.Section(parsed, folder.Bundle);
            IReadOnlyList<Head> heads;
            using (var loaded = LoadedEncoder.Open(section))
                heads = BenchData.RandomHeads(loaded, Heads);
            var texts = BenchData.Texts(null, parsed.GetValue(messages));
            var (alone, beside) = (new Spread(), new Spread());
            for (var i = 0; i < parsed.GetValue(repeats); i++)
            {
                alone.Add(await Alone(section, heads, texts, stop));
                beside.Add(await Beside(section, heads, texts, stop));
            }
            Console.WriteLine($"tokens/s, stream alone:        {alone}");
            Console.WriteLine($"tokens/s, beside an idle page: {beside}");
            Console.WriteLine($"{beside.MedianRatio(alone):P1} of it (median pair)");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>
    /// The stream's own options ask the embedded broker a hundred times a second for what is new; a real one answers
    /// when there is something.
    /// </summary>
    private static KafkaOptions Patient(KafkaOptions stream) => new()
    {
        BootstrapServers = stream.BootstrapServers,
        GroupId = stream.GroupId,
        Delivery = stream.Delivery,
        AskTopicLimits = stream.AskTopicLimits,
        Consumer = { new("fetch.wait.max.ms", "500") },
    };

    private static async Task<double> Alone(
        EncoderSection section, IReadOnlyList<Head> heads, IReadOnlyList<byte[]> texts, CancellationToken stop)
    {
        using var bed = await Bed(section, heads, stop);
        bed.Publish(texts);
        return await bed.Classify(texts.Count, stop);
    }

    /// <summary>Without questions: the page's role would encode each of them once more, which is no idling.</summary>
    private static async Task<TestBed> Bed(
        EncoderSection section, IReadOnlyList<Head> heads, CancellationToken stop)
    {
        var bed = await TestBed.Start(section, heads, stop, new LearnSection().Feature);
        (bed.Options.Review.Budget, bed.Options.Review.Audit) = (0, 0);
        return bed;
    }

    private static async Task<double> Beside(
        EncoderSection section, IReadOnlyList<Head> heads, IReadOnlyList<byte[]> texts, CancellationToken stop)
    {
        var learn = new LearnSection();
        using var bed = await Bed(section, heads, stop);
        var folder = Directory.CreateTempSubdirectory("worker-bench-");
        using (var review = new ReviewLife(
            new ReviewLifeOptions(
                new LearnerOptions(
                    Patient(bed.Options.Kafka), new StoreOptions { Path = Path.Combine(folder.FullName, "store.db") },
                    learn, section, new InputOptions(), "bench"),
                new WebOptions { Port = 0, ApiKeys = [ApiKey.Create("bench", ["read"]).Line] })
            {
                Encoder = bed.Classifier.Encoder,
            },
            NullLoggerFactory.Instance, TimeProvider.System))
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var running = review.Run(ended.Token);
            while (review.Address.Length == 0 && !running.IsCompleted)
                await Task.Delay(10, stop);
            bed.Publish(texts);
            var rate = await bed.Classify(texts.Count, stop);
            await ended.CancelAsync();
            await running;
            folder.Delete(recursive: true);
            return rate;
        }
    }
}
