using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Hosting;
using Worker.Kafka.Heads;
using Worker.Learner;
using Worker.Learning.Examples;
using Worker.Store;
using Worker.Store.Heads;

namespace Worker.Demo;

/// <summary>What came of the answers.</summary>
/// <param name="Label">The label that was asked about.</param>
/// <param name="Questions">Texts that were asked about.</param>
/// <param name="Yes">How many of them were answered with yes.</param>
/// <param name="Known">Texts that the head before was made of.</param>
/// <param name="Head">The head that was made of them all; null if none could be.</param>
/// <param name="Took">From the last answer to the verdict.</param>
/// <param name="Before">Results of every text before.</param>
/// <param name="After">Results of every text with what is in use now.</param>
internal sealed record LoopOutcome(
    string Label, IReadOnlySet<int> Questions, int Yes, int Known, StoredHead? Head, TimeSpan Took,
    IReadOnlyList<SeenResult> Before, IReadOnlyList<SeenResult> After);

/// <summary>
/// The loop. It begins as if few texts had been answered yet: one label goes on with a head that was made of these.
/// The worker's own questions are answered, a learner beside it trains the label on the answers, and a better head goes
/// out. The true answers of the texts stand in for people.
/// </summary>
/// <param name="run">The worker's options; topics must be there.</param>
/// <param name="heads">Publishes the head of few answers.</param>
/// <param name="few">That head.</param>
/// <param name="known">What it was made of.</param>
/// <param name="truth">The texts of the stream with their answers.</param>
internal sealed class LoopAct(RunOptions run, HeadsTopicWriter heads, Head few, DataSet known, DataSet truth)
{
    /// <summary>Questions that are answered.</summary>
    public const int Questions = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly AnswerMatrix answers = truth.WithLabels([few.Label]).Answers;

    /// <summary>Answers questions, and compares the worker before and after.</summary>
    /// <param name="watcher">Saw the questions.</param>
    /// <param name="streamOnce">Sends every text once and waits for the results.</param>
    /// <param name="inUse">The worker's heads.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<LoopOutcome> Run(
        ResultsWatcher watcher, Func<Task> streamOnce, HeadRegistry inUse, CancellationToken stop)
    {
        // 1. The head of few answers takes the label over.
        var first = few with { Version = inUse.Current.Find(few.Label)?.Version + 1 ?? 1 };
        await heads.PublishAsync(first.Label, HeadJson.Serialize(first), stop);
        await Until(() => inUse.Current.Find(first.Label)?.Version == first.Version, stop);
        var before = await Results(watcher, streamOnce);
        // 2. Answers to the questions about which it is the least sure.
        var asked = Uncertain(watcher, before);
        var (head, took) = await Learn(asked, stop);
        // 3. The same worker, with what came of it.
        if (head is { State: HeadState.Promoted })
            await Until(() => inUse.Current.Find(first.Label)?.Version == head.Version, stop);
        return new LoopOutcome(
            few.Label, asked.ToHashSet(), asked.Count(row => answers[row, 0] == AnswerMatrix.Yes), known.Texts.Count,
            head, took, before, await Results(watcher, streamOnce));
    }

    private async Task<(StoredHead? Head, TimeSpan Took)> Learn(List<int> asked, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("worker-demo-");
        try
        {
            var options = new StoreOptions { Path = Path.Combine(folder.FullName, "store.db") };
            var learn = new LearnSection
            {
                // Trained once, when all are there.
                Answers = known.Texts.Count + asked.Count,
                PromotionAnswers = 5,
                // A head of so few texts is often right by chance.
                TurnedWrong = 0.5,
                Nice = 0,
            };
            using var learner = new LearnerLife(new LearnerParts(
                new LearnerOptions(run.Kafka, options, learn, run.Encoder, run.Input, Product.Version),
                NullLoggerFactory.Instance, Clock));
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var learning = learner.Run(ended.Token);
            var now = Clock.GetUtcNow();
            Publish(
            [
                .. Enumerable.Range(0, known.Texts.Count).Select(row => Event(
                    $"known-{row}", known.Texts[row], known.Answers[row, 0], now.AddDays(-1))),
                .. asked.Select(row => Event($"answer-{row}", truth.Texts[row], answers[row, 0], now)),
            ]);
            var started = Clock.GetTimestamp();
            using var store = LearningStore.Open(options, Clock);
            await Until(() => learning.IsCompleted || store.Heads.Last().Count > 0, stop);
            var took = Clock.GetElapsedTime(started);
            await Until(() => learning.IsCompleted || store.Outbox.Next(1).Count == 0, stop);
            await ended.CancelAsync();
            await learning;
            return (store.Heads.Last().Values.SingleOrDefault(), took);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<SeenResult>> Results(ResultsWatcher watcher, Func<Task> streamOnce)
    {
        var from = watcher.Count;
        await streamOnce();
        lock (watcher.Gate)
            return [.. watcher.Results.Skip(from)];
    }

    /// <summary>
    /// Texts of the questions about which the label's head is the least sure. Audits are left out: a random one stands
    /// for many messages, and a few of them among few answers would outweigh the rest.
    /// </summary>
    private List<int> Uncertain(ResultsWatcher watcher, IReadOnlyList<SeenResult> results)
    {
        var decide = few.Thresholds.Decide;
        var sure = results.ToDictionary(result => result.Key, result => result.Probabilities[few.Label] is var p
            && p < decide ? 1 - p / decide : 1 - (1 - p) / (1 - decide));
        lock (watcher.Gate)
            return [.. watcher.Reviews
                .Where(question => question.Reasons.All(reason => reason.Reason != "audit"))
                .Select(question => question.Key).Distinct().Where(sure.ContainsKey)
                .OrderBy(key => sure[key]).Take(Questions)];
    }

    private byte[] Event(string id, string text, sbyte answer, DateTimeOffset at) => LabelEventJson.Write(new LabelEvent
    {
        Id = id,
        At = at,
        Text = text,
        By = "oracle",
        Source = "worker demo",
        Answers = [new LabelAnswer(few.Label, answer == AnswerMatrix.Yes ? 1 : 0)],
    });

    private void Publish(IEnumerable<byte[]> events)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = run.Kafka.BootstrapServers, LingerMs = 1 }).Build();
        foreach (var one in events)
            producer.Produce(run.Kafka.Topics.Labels, new Message<Null, byte[]> { Value = one });
        producer.Flush();
    }

    /// <summary>Waits for something, but no longer than a minute.</summary>
    private static async Task Until(Func<bool> reached, CancellationToken stop)
    {
        var started = Clock.GetTimestamp();
        while (!reached() && Clock.GetElapsedTime(started) < Patience)
            await Task.Delay(20, stop);
    }
}
