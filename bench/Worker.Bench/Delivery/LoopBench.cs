using System.CommandLine;
using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Bench.Quality;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Embedded;
using Worker.Kafka.Heads;
using Worker.Learner;
using Worker.Learning.Examples;
using Worker.Measuring;
using Worker.Store;
using Worker.Terminal;

namespace Worker.Bench.Delivery;

/// <summary>
/// From the last of 5,000 answers on the labels topic to a promoted head in use by two workers, on the embedded broker,
/// step by step. Features of the other texts are cached, as they are while a learner runs.
/// </summary>
internal static class LoopBench
{
    private const string Label = "spam";
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static Command Create()
    {
        var count = new Option<int>("--answers") { DefaultValueFactory = _ => 5_000, Description = "Answered texts" };
        var repeats = new Option<int>("--repeats") { DefaultValueFactory = _ => 3, Description = "Measurements" };
        var command = new Command("loop", "From an answer on the topic to a better head in use") { count, repeats };
        command.SetAction(async (parsed, stop) =>
        {
            for (var i = 0; i < parsed.GetValue(repeats); i++)
                await Measure(parsed.GetValue(count), stop);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task Measure(int count, CancellationToken stop)
    {
        var texts = PublicSets.Sms().Take(count).ToArray();
        using var broker = EmbeddedBroker.Start();
        var run = new RunOptions
        {
            Encoder = new EncoderSection { Bundle = Checkout.DefaultBundle },
            Kafka = broker.Options("loop"),
        };
        var topics = run.Kafka.Topics;
        broker.CreateTopics(
            topics.Messages, topics.Results, topics.Review, topics.DeadLetters, topics.Heads, topics.Labels);
        using var first = new Classifier(WorkerComposition.Open(run, NullLoggerFactory.Instance, Clock));
        using var second = new Classifier(WorkerComposition.Open(run, NullLoggerFactory.Instance, Clock));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        List<Task> running = [first.Run(ended.Token), second.Run(ended.Token)];
        // 1. A head of chance weights is in use before anybody answers.
        using (var loaded = LoadedEncoder.Open(run.Encoder))
        using (var heads = new HeadsTopicWriter(run.Kafka, NullLoggerFactory.Instance, Clock))
            await heads.PublishAsync(
                Label, HeadJson.Serialize(BenchData.RandomHeads(loaded, 1)[0] with { Label = Label }), stop);
        await Until(() => Version(first) == 1 && Version(second) == 1, stop);
        // 2. All answers but the last; the learner encodes their texts while it waits.
        var folder = Directory.CreateTempSubdirectory("worker-bench-");
        var options = new StoreOptions { Path = Path.Combine(folder.FullName, "store.db") };
        using var learner = new LearnerLife(new LearnerParts(
            new LearnerOptions(
                run.Kafka, options, new LearnSection { Answers = texts.Length, Minutes = 600, Nice = 0 }, run.Encoder,
                run.Input, Product.Version),
            NullLoggerFactory.Instance, Clock));
        running.Add(learner.Run(ended.Token));
        Send(run, texts[..^1], 0);
        using var store = LearningStore.Open(options, Clock);
        await Until(() => store.Export.Read().Count() == texts.Length - 1
            && store.Features.Missing(first.Heads.Current.Encoder, 1).Count == 0, stop);
        // 3. The last one.
        var watch = Stopwatch.StartNew();
        Send(run, texts[^1..], texts.Length - 1);
        await Until(() => store.Heads.Last().Count > 0, stop);
        var judged = watch.Elapsed;
        await Until(() => Version(first) > 1 && Version(second) > 1, stop);
        Console.WriteLine(
            $"{texts.Length:N0} answers: judged after {judged.TotalSeconds:F2} s, in use by two workers after " +
            $"{watch.Elapsed.TotalSeconds:F2} s ({store.Heads.Last().Values.Single().State})");
        await ended.CancelAsync();
        await Task.WhenAll(running);
        folder.Delete(recursive: true);

        static int? Version(Classifier worker) => worker.Heads.Current.Find(Label)?.Version;
    }

    private static void Send(RunOptions run, LabelledText[] texts, int from)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = run.Kafka.BootstrapServers, LingerMs = 1 }).Build();
        foreach (var (text, number) in texts.Select((text, i) => (text, from + i)))
            producer.Produce(run.Kafka.Topics.Labels, new Message<Null, byte[]>
            {
                Value = LabelEventJson.Write(new LabelEvent
                {
                    Id = $"{number}",
                    At = Clock.GetUtcNow().AddSeconds(1),
                    Text = text.Text,
                    Answers = [new LabelAnswer(Label, text.Labels.GetValueOrDefault(Label) ? 1 : 0)],
                }),
            });
        producer.Flush();
    }

    private static async Task Until(Func<bool> reached, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        while (!reached())
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(5))
                throw new TimeoutException("not within five minutes");
            await Task.Delay(10, stop);
        }
    }
}
