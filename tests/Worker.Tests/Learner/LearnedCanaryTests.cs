using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Heads;

namespace Worker.Tests.Learner;

/// <summary>
/// A learner's heads as canaries of a worker that runs: one is put into use by another learner, one is ended by a
/// person.
/// </summary>
public sealed class LearnedCanaryTests(TinyModel model) : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly ShiftedTime clock = new();

    [Fact]
    public async Task A_canary_of_a_learner_outlives_it_and_a_person_can_end_one()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("other")]);
        // 1. The first head decides all messages at once, the second one a share.
        await Learn(worker, async learning =>
        {
            Answer(worker, 0, 60);
            await Until(() => InUse(worker)?.Version == 1, learning);
            Answer(worker, 60, 300);
            await Until(() => Canary(worker) is { Version: 2, CanaryShare: 0.2 }, learning);
            Assert.Equal(1, InUse(worker)!.Version);
        });
        Assert.Contains(
            "; v1 stays in use, this decides 20% of the messages at first", History(), StringComparison.Ordinal);
        // 2. Its learner is gone. Another one promotes it when its time is over.
        clock.Shift += TimeSpan.FromMinutes(61);
        await Learn(worker, async learning =>
        {
            await Until(() => InUse(worker)?.Version == 2 && Canary(worker) is null, learning);
            Assert.Null(InUse(worker)!.CanaryShare);
            // 3. A person ends the next one, and it stays ended.
            Answer(worker, 400, 300);
            await Until(() => Canary(worker)?.Version == 3, learning);
            var (code, output, errors) = WorkerProcess.Run(
                "", "heads", "rollback", "refund", "--bootstrap", worker.Options.Kafka.BootstrapServers);
            Assert.True(code == 0, errors);
            Assert.Contains("canary v3 is withdrawn, v2 decides all messages", output, StringComparison.Ordinal);
            await Until(() => Newest() is { Version: 3, State: HeadState.Dropped }, learning);
        });
        Assert.Equal((2, null), (InUse(worker)!.Version, Canary(worker)));
        Assert.Contains(": somebody ended it", History(), StringComparison.Ordinal);
        Assert.Contains(": nothing spoke against it in", History(), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Runs a learner of its own while something happens.</summary>
    private async Task Learn(RunningWorker worker, Func<Task, Task> happens)
    {
        using var stop = new CancellationTokenSource();
        using var parts = new LearnerParts(
            new LearnerOptions(
                worker.Options.Kafka, new StoreOptions { Path = folder.File("store.db") },
                new LearnSection
                {
                    Answers = 60,
                    Feature = "mean",
                    PromotionAnswers = 5,
                    PromotionLevel = 0.49,
                    TurnedWrong = 1,
                    WorseCalibration = 0.9,
                    Canary = 0.2,
                }, model.Section, new InputOptions(), "test"),
            NullLoggerFactory.Instance, clock);
        var learning = new LearnerLife(parts).Run(stop.Token);
        await happens(learning);
        await stop.CancelAsync();
        await learning;
    }

    private static void Answer(RunningWorker worker, int first, int count) => Answers.Send(
        worker.Options.Kafka.BootstrapServers, worker.Options.Kafka.Topics.Labels,
        Enumerable.Range(first, count).Select(number => LabelEventJson.Write(Answers.Of(number))));

    private static Head? InUse(RunningWorker worker) => worker.Classifier.Heads.Current.Find("refund");

    private static Head? Canary(RunningWorker worker) => worker.Classifier.Heads.Current.FindCanary("refund");

    private StoredHead? Newest()
    {
        using var store = LearningStore.Open(new StoreOptions { Path = folder.File("store.db") }, TimeProvider.System);
        return store.Heads.Last().Values.SingleOrDefault();
    }

    private string History()
    {
        var (code, output, errors) = WorkerProcess.Run(
            "", "learn", "history", "refund", "--store", folder.File("store.db"));
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

    /// <summary>The system's clock, set forward.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
