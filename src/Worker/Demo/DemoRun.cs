using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Embedded;
using Worker.Kafka.Heads;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Demo;

/// <summary>The main job from end to end in one process: train, stream, classify, swap a head, report.</summary>
internal static class DemoRun
{
    // Enough unanswered messages to fill windows, few enough that none waits long.
    private const int Ahead = 1024;
    private const int Lone = 40;

    // Questions an hour: more than by default, so that the half minute has enough for the loop.
    private const int Questions = 36_000;

    private static readonly TimeProvider Clock = TimeProvider.System;

    public static async Task<int> Run(DemoOptions options, CancellationToken stop)
    {
        var report = new DemoReport();
        var data = DemoData.Read(options);
        var texts = data.Texts;

        // 1. Heads: given, or trained now for all labels but one, which is trained later.
        var section = new EncoderSection
        {
            Bundle = Checkout.DefaultBundle,
            Device = options.Device,
            Precision = options.Precision,
        };
        var (early, late, few) = options.Heads is null
            ? Train(section, data, report, stop)
            : (Given(section, options.Heads, report), null, null);
        section = section.Serving(early.Select(head => head.Feature));

        // 2. A broker inside this process, and the same worker that 'worker run' runs.
        using var broker = EmbeddedBroker.Start();
        var run = new RunOptions { Encoder = section, Kafka = broker.Options("demo") };
        run.Review.Budget = Questions;
        var topics = run.Kafka.Topics;
        broker.CreateTopics(
            topics.Messages, topics.Results, topics.Review, topics.DeadLetters, topics.Heads, topics.Labels);
        using var heads = new HeadsTopicWriter(run.Kafka, NullLoggerFactory.Instance, Clock);
        foreach (var head in early)
            await heads.PublishAsync(head.Label, HeadJson.Serialize(head), stop);
        var start = Stopwatch.StartNew();
        using var classifier = new Classifier(WorkerComposition.Open(run, NullLoggerFactory.Instance, Clock));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = classifier.Run(ended.Token);
        using var watcher = new ResultsWatcher(
            broker.BootstrapServers, topics, EmbeddedBroker.PartitionsPerTopic, Clock);
        using var stream = new MessageStream(broker.BootstrapServers, topics.Messages, texts);
        stream.PublishOne(ended.Token);
        await Until(() => watcher.Count == 1, running, ended.Token);
        report.Ready(start.Elapsed);
        report.Streaming(options.Messages, texts.Count, early.Count, data.Name);
        var before = classifier.Meter.Totals;

        // 3. The stream; half way, a head for a label that the worker did not know.
        var watch = Stopwatch.StartNew();
        var length = new StreamLength(options.Messages, Clock);
        using (var live = new LiveLine(watcher, stream, length))
        {
            var publishing = stream.Publish(() => length.Total, Ahead, () => watcher.Count, ended.Token);
            await length.FindOut(() => watcher.Count, ended.Token);
            await Until(() => watcher.Count >= length.Total / 2, running, ended.Token);
            if (late is not null)
                live.Note(
                    report.Swapped(await Swap(heads, late, watcher, MoreIfAllAreOut, running, ended.Token), late));
            await Until(() => publishing.IsCompleted && watcher.Count >= stream.Published, running, ended.Token);

            // A short stream is over before the head is there.
            void MoreIfAllAreOut()
            {
                if (publishing.IsCompleted && watcher.Count >= stream.Published)
                    stream.PublishOne(ended.Token);
            }
            await publishing;
        }
        report.Finished(watch.Elapsed, before, classifier.Meter.Totals, watcher);

        // 4. Latency of single messages: the next is sent when the one before has been answered.
        for (var i = 0; i < Lone; i++)
        {
            stream.PublishOne(ended.Token);
            await Until(() => watcher.Count >= stream.Published && classifier.Meter.Totals.Messages >= stream.Published,
                running, ended.Token);
        }
        report.Latency(watcher, Lone);

        // 5. What it found.
        report.Labels(classifier.Heads.Current, watcher, texts);
        var truth = Judgeable(data.Truth, classifier.Heads.Current) is { } answered
            ? report.Truth(classifier.Heads.Current, watcher, answered)
            : null;
        report.Reviews(watcher, texts);
        report.Decisions(classifier.Heads.Current, watcher, truth);

        // 6. The loop: answers to its own questions make a better head, and the same worker uses it.
        if (few is not null && data.Truth is not null)
        {
            var loop = new LoopAct(run, heads, few, data.Few!, data.Truth);
            report.Loop(await loop.Run(watcher, StreamOnce, classifier.Heads, ended.Token), data.Truth);
        }
        await ended.CancelAsync();
        await running;
        return report.Verdict(watcher, stream.Published);

        async Task StreamOnce()
        {
            for (var text = 0; text < texts.Count; text++)
                stream.PublishOne(ended.Token);
            await Until(() => watcher.Count >= stream.Published
                && classifier.Meter.Totals.Messages >= stream.Published, running, ended.Token);
        }
    }

    /// <summary>The true answers for the labels that have heads, if there are any.</summary>
    private static DataSet? Judgeable(DataSet? truth, HeadSet heads) =>
        truth is not null && heads.Heads.Any(head => truth.Labels.Contains(head.Label, StringComparer.Ordinal))
            ? truth
            : null;

    private static IReadOnlyList<Head> Given(EncoderSection section, string path, DemoReport report)
    {
        using var loaded = LoadedEncoder.Open(section);
        report.Encoder(loaded);
        var heads = UsableHeads.Read(path, loaded.Encoder.Hash);
        return heads.Count > 0 ? heads : throw new UserError($"{path} holds no head for the default encoder");
    }

    private static (IReadOnlyList<Head> Early, Head? Late, Head? Few) Train(
        EncoderSection section, DemoData data, DemoReport report, CancellationToken stop)
    {
        using var loaded = LoadedEncoder.Open(section);
        report.Encoder(loaded);
        var watch = Stopwatch.StartNew();
        var early = TextTraining.Train(loaded, data.Early!, new TrainingOptions(), null, stop).Heads;
        if (early.Count == 0)
            throw new UserError(
                $"{data.Name}: no label has 5 texts with it and 5 without it to train on: give more texts, or heads " +
                "with --heads");
        report.Trained(early.Count, data.Early!.Texts.Count, watch.Elapsed);
        return (early, One(data.Late), One(data.Few));

        Head? One(DataSet? some) => some is null
            ? null : TextTraining.Train(loaded, some, new TrainingOptions(), null, stop).Heads.SingleOrDefault();
    }

    /// <summary>
    /// Publishes the late head. Returns how long it took until a result named its label, and which result that was.
    /// </summary>
    private static async Task<(TimeSpan Took, int Result)> Swap(
        HeadsTopicWriter heads, Head late, ResultsWatcher watcher, Action waiting, Task running, CancellationToken stop)
    {
        var from = watcher.Count;
        var watch = Stopwatch.StartNew();
        await heads.PublishAsync(late.Label, HeadJson.Serialize(late), stop);
        var first = -1;
        await Until(HasCome, running, stop);
        return (watch.Elapsed, first);

        bool HasCome()
        {
            first = FirstWith(late.Label, watcher, ref from);
            if (first < 0)
                waiting();
            return first >= 0;
        }
    }

    private static int FirstWith(string label, ResultsWatcher watcher, ref int from)
    {
        lock (watcher.Gate)
        {
            for (; from < watcher.Results.Count; from++)
                if (watcher.Results[from].Probabilities.ContainsKey(label))
                    return from;
        }
        return -1;
    }

    private static async Task Until(Func<bool> reached, Task running, CancellationToken stop)
    {
        while (!reached())
        {
            if (running.IsCompleted)
            {
                await running;
                throw new UserError("the worker stopped in the middle of the demo");
            }
            await Task.Delay(5, stop);
        }
    }
}
