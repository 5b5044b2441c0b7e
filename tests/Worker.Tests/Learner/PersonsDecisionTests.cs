using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Heads;

namespace Worker.Tests.Learner;

/// <summary>People promote and roll back by one command each, beside a learner and a worker that run.</summary>
public sealed class PersonsDecisionTests(TinyModel model) : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();

    [Fact]
    public async Task A_kept_head_is_promoted_rolled_back_and_learning_goes_on_from_there()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("other")]);
        using var stop = new CancellationTokenSource();
        // A gate that no head passes: what comes into use here comes from a person.
        using var parts = new LearnerParts(
            new LearnerOptions(
                worker.Options.Kafka, new StoreOptions { Path = folder.File("store.db") },
                new LearnSection { Answers = 60, Feature = "mean", PromotionAnswers = 100_000 }, model.Section,
                new InputOptions(), "test"),
            NullLoggerFactory.Instance, TimeProvider.System);
        var learning = new LearnerLife(parts).Run(stop.Token);
        Answer(worker, 0, 60);
        await Until(() => Newest() is { Version: 1, State: HeadState.Kept }, learning);
        Assert.Null(InUse(worker));

        // 1. Into use.
        Assert.Contains(
            "'refund': now v2, which decides as v1 (kept)",
            Run(worker, "learn", "promote", "refund", "--why", "it found every refund of last week", "--by", "anna",
                "--store", folder.File("store.db")), StringComparison.Ordinal);
        await Until(() => InUse(worker) is { Version: 2, Parent: 1 }, learning);
        Answer(worker, 60, 60);
        await Until(() => Newest() is { Version: 3, State: HeadState.Kept }, learning);
        Run(worker, "learn", "promote", "refund", "--version", "v3", "--why", "it has seen more", "--store",
            folder.File("store.db"));
        await Until(() => InUse(worker)?.Version == 4, learning);

        // 2. Back, and the learner follows: the next head begins with the one that is in use again.
        Assert.Contains(
            "v4 → v5, which decides as v2", Run(worker, "heads", "rollback", "refund"), StringComparison.Ordinal);
        await Until(
            () => InUse(worker)?.Version == 5 && parts.Champions.Find("refund")?.Head.Version == 5, learning);
        Answer(worker, 120, 60);
        await Until(() => Newest()?.Version == 6, learning);
        Assert.Equal(5, HeadJson.Parse(System.Text.Encoding.UTF8.GetBytes(Newest()!.Json)).Parent);
        Assert.Contains(
            "promoted by anna, now v2, which decides as v1 (kept): it found every refund of last week",
            Run(worker, "learn", "history", "refund", "--store", folder.File("store.db")), StringComparison.Ordinal);
        await stop.CancelAsync();
        await learning;
    }

    public void Dispose() => folder.Dispose();

    private static void Answer(RunningWorker worker, int first, int count) => Answers.Send(
        worker.Options.Kafka.BootstrapServers, worker.Options.Kafka.Topics.Labels,
        Enumerable.Range(first, count).Select(number => LabelEventJson.Write(Answers.Of(number))));

    private static Head? InUse(RunningWorker worker) => worker.Classifier.Heads.Current.Find("refund");

    private StoredHead? Newest()
    {
        using var store = LearningStore.Open(
            new StoreOptions { Path = folder.File("store.db") }, TimeProvider.System);
        return store.Heads.Last().Values.SingleOrDefault();
    }

    private static string Run(RunningWorker worker, params string[] arguments)
    {
        string[] bootstrap = arguments[1] == "history" ? [] : ["--bootstrap", worker.Options.Kafka.BootstrapServers];
        var (code, output, errors) = WorkerProcess.Run("", [.. arguments, .. bootstrap]);
        Assert.True(code == 0, errors);
        return output;
    }

    private static async Task Until(Func<bool> condition, Task learning)
    {
        var deadline = Environment.TickCount64 + 90_000;
        while (!condition())
        {
            if (learning.IsFaulted)
                await learning;
            Assert.True(Environment.TickCount64 < deadline, "not reached within 90 s");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
