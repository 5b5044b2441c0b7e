using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Anomaly;
using Worker.Heads;
using Worker.Kafka.Heads;

namespace Worker.Tests.Pipeline;

/// <summary>An anomaly reference over the heads topic into a running worker.</summary>
public class AnomalyRolloutTests(TinyModel model)
{
    [Fact]
    public async Task A_published_reference_is_taken_up_without_a_restart_replaced_and_withdrawn()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("a")]);
        worker.Send("hello");
        worker.ReadUntil(read => read.Count > 0);
        Assert.Null(worker.Classifier.Anomalies.Current);
        using var topic = new HeadsTopicWriter(worker.Options.Kafka, NullLoggerFactory.Instance, TimeProvider.System);
        async Task Publish(AnomalyReference reference) =>
            await AnomalyPublishing.Publish(
                topic, AnomalyFormat.Serialize(reference), await Keys(worker), TestContext.Current.CancellationToken);

        await Publish(Reference(model.Hash, 9000));
        await Until(() => worker.Classifier.Anomalies.Current?.Texts == 9000);
        // A reference for another encoder is refused, and half of one is not used yet; both leave the one in use.
        await Publish(Reference("other", 8000));
        var half = AnomalyRollout.Split(AnomalyFormat.Serialize(Reference(model.Hash, 7000)))[0];
        await topic.PublishAsync(half.Key, half.Value, "a chunk", TestContext.Current.CancellationToken);
        worker.Send("goes on");
        worker.ReadUntil(read => read.Count > 0);
        Assert.Equal(9000, worker.Classifier.Anomalies.Current?.Texts);
        await Publish(Reference(model.Hash, 6000));
        await Until(() => worker.Classifier.Anomalies.Current?.Texts == 6000);
        await AnomalyPublishing.Withdraw(topic, await Keys(worker), TestContext.Current.CancellationToken);
        await Until(() => worker.Classifier.Anomalies.Current is null);
    }

    private static async Task<IEnumerable<byte[]>> Keys(RunningWorker worker) =>
        (await TopicHeads.Read(worker.Options.Kafka, null, TestContext.Current.CancellationToken)).ReferenceKeys;

    private static AnomalyReference Reference(string encoder, int texts)
    {
        var random = new Random(texts);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        return new AnomalyReference
        {
            Encoder = encoder,
            Texts = texts,
            Classes = 2,
            Scores = new ConformalScores([.. Numbers(100).Order()]),
            Channels =
                [new(new NeighbourChannel("mean", 48, [], Numbers(texts * 48), 5), EmpiricalTail.Of(Numbers(100))),
                    new(new ProbabilityChannel(), EmpiricalTail.Of(Numbers(100)))],
        };
    }

    private static async Task Until(Func<bool> reached)
    {
        var deadline = Environment.TickCount64 + 30_000;
        while (!reached())
        {
            Assert.True(Environment.TickCount64 < deadline, "not reached within 30 s");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
