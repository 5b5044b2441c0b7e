using Microsoft.Extensions.Logging;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Embedded;
using Worker.Kafka.Heads;
using Worker.Learner;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Review.Http;
using Worker.Review.Serving;
using Worker.Reviewing;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Demo;

/// <summary>
/// The demo with its page: a slow stream, a worker that asks, the review page, and a learner that makes better heads of
/// the answers, all in one process until Ctrl-C.
/// </summary>
internal static class ServeRun
{
    /// <summary>Between two messages of the stream.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private const int AnswersToTrain = 10;
    private const int Questions = 36_000;
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static async Task<int> Run(DemoOptions options, int port, CancellationToken stop)
    {
        var data = DemoData.Read(options);
        var section = new EncoderSection
        {
            Bundle = Checkout.DefaultBundle,
            Device = options.Device,
            Precision = options.Precision,
        };
        // 1. Heads: one of them knows little, so its questions come first.
        var (heads, few) = Train(section, options, data, stop);
        using var broker = EmbeddedBroker.Start();
        var run = new RunOptions { Encoder = section, Kafka = broker.Options("demo") };
        run.Review.Budget = Questions;
        // A random audit stands for many messages: a few of them among so few answers would outweigh the rest.
        run.Review.Audit = 0;
        var topics = run.Kafka.Topics;
        broker.CreateTopics(
            topics.Messages, topics.Results, topics.Review, topics.DeadLetters, topics.Heads, topics.Labels);
        using (var topic = new HeadsTopicWriter(run.Kafka, LoggerFactory.Create(_ => { }), Clock))
            foreach (var head in heads)
                await topic.PublishAsync(head.Label, HeadJson.Serialize(head), stop);
        // 2. Worker, learner and page.
        var folder = Directory.CreateTempSubdirectory("worker-demo-");
        try
        {
            var store = new StoreOptions { Path = Path.Combine(folder.FullName, "store.db") };
            if (few is not null)
                Know(store, few, data.Few!);
            using var loggers = LoggerFactory.Create(Lines);
            var learner = new LearnerOptions(
                run.Kafka, store,
                new LearnSection { Answers = AnswersToTrain, PromotionAnswers = 5, TurnedWrong = 0.5 },
                section, run.Input, Product.Version);
            using var classifier = new Classifier(WorkerComposition.Open(
                run, LoggerFactory.Create(_ => { }), Clock, learner.Learn.Feature));
            using var learning = new LearnerLife(new LearnerParts(learner, loggers, Clock));
            using var review = new ReviewLife(
                new ReviewLifeOptions(learner, new WebOptions { Port = port, SecondOpinions = 0 })
                {
                    Encoder = classifier.Encoder,
                },
                loggers, Clock);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            using var stream = new MessageStream(broker.BootstrapServers, topics.Messages, data.Texts);
            Console.WriteLine($"Answer in the page that the link below opens; after {AnswersToTrain} answers to a " +
                "label a new head is made.\nCtrl-C ends it.");
            Task[] all =
            [
                classifier.Run(ended.Token), learning.Run(ended.Token), review.Run(ended.Token),
                Stream(stream, ended.Token), Watch(classifier, section, few?.Label, data, ended.Token),
            ];
            // One that fails ends the others.
            await Task.WhenAny(all);
            await ended.CancelAsync();
            foreach (var one in all)
                await one.ContinueWith(_ => { }, TaskScheduler.Default);
            if (!stop.IsCancellationRequested)
                await Task.WhenAll(all);
            return ExitCode.Done;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>All heads, and the one among them that was made of a few texts.</summary>
    private static (IReadOnlyList<Head> Heads, Head? Few) Train(
        EncoderSection section, DemoOptions options, DemoData data, CancellationToken stop)
    {
        using var loaded = LoadedEncoder.Open(section);
        if (options.Heads is not null)
            return (UsableHeads.Read(options.Heads, loaded.Encoder.Hash), null);
        var known = TextTraining.Train(loaded, data.Early!, new TrainingOptions(), null, stop).Heads;
        var few = TextTraining.Train(loaded, data.Few!, new TrainingOptions(), null, stop).Heads.SingleOrDefault();
        return (few is null ? known : [.. known.Where(head => head.Label != few.Label), few], few);
    }

    /// <summary>Puts the few answered texts into the store, so that the next head learns from them too.</summary>
    private static void Know(StoreOptions options, Head few, DataSet known)
    {
        using var store = LearningStore.Open(options, Clock);
        store.Examples.Record(new LabelBatch(
        [
            .. Enumerable.Range(0, known.Texts.Count).Select(row => new LabelEvent
            {
                Id = $"known-{row}",
                At = Clock.GetUtcNow().AddDays(-1),
                Text = known.Texts[row],
                By = "sample",
                Source = "worker demo",
                Answers = [new LabelAnswer(few.Label, known.Answers[row, 0] == AnswerMatrix.Yes ? 1 : 0)],
            }),
        ], []));
        // They alone are no reason to train: the head in use was made of them.
        var label = store.Examples.Labels().Single();
        var leases = store.Leases.Take([label.Name], TimeSpan.FromMinutes(1));
        store.Heads.Record([], [], [(label.Id, store.Examples.LastChange())], leases);
        store.Leases.Release(leases);
    }

    private static void Lines(ILoggingBuilder logging) => logging
        .AddSimpleConsole(console => console.SingleLine = true)
        .AddFilter((category, level) => category is not null && (level == LogLevel.Information
            ? category.EndsWith(nameof(LearnerParts), StringComparison.Ordinal) || category == ReviewServer.LogName
            : level > LogLevel.Information && !category.StartsWith("Microsoft", StringComparison.Ordinal)));

    private static async Task Stream(MessageStream stream, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            stream.PublishOne(stop);
            await Task.Delay(Pace, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Says how good each head of the label is on the stream's texts, if their answers are known.</summary>
    private static async Task Watch(
        Classifier classifier, EncoderSection section, string? label, DemoData data, CancellationToken stop)
    {
        if (label is null || data.Truth is null)
        {
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }
        var measured = new HeadQuality(section, label, data.Truth);
        for (var last = 0; !stop.IsCancellationRequested;)
        {
            if (classifier.Heads.Current.Find(label) is { } head && head.Version != last)
            {
                Console.WriteLine(
                    $"'{label}' v{head.Version}: F1 {measured.F1(head):F2} on the stream's {data.Truth.Texts.Count} " +
                    "texts");
                last = head.Version;
            }
            await Task.Delay(500, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
