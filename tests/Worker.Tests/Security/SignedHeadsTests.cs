using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Telemetry;

namespace Worker.Tests.Security;

/// <summary>A worker that has a signing key uses signed heads, and no others.</summary>
public class SignedHeadsTests(TinyModel model)
{
    private const string Key = "the-key-that-this-worker-shares-with-its-publishers";

    [Fact]
    public async Task A_head_that_is_not_signed_is_not_used_and_retires_nothing()
    {
        await using var worker = await RunningWorker.Start(
            model, [model.Head("spam", version: 1)], options => options.Kafka.HeadsSigningKey = Key);
        using var refused = new Refused();
        await Until(() => Version(worker) == 1);
        // 1. Without a key, with another key, of a new label, and a retirement.
        await Publish(worker, null, model.Head("spam", version: 7));
        await Publish(worker, "a-key-that-nobody-gave-to-this-worker", model.Head("spam", version: 8));
        await Publish(worker, null, model.Head("refund"));
        using (var topic = Writer(worker, null))
            await topic.PublishAsync("spam", null, TestContext.Current.CancellationToken);
        // 2. The next signed head of the same label comes after them.
        await worker.Publish(model.Head("spam", version: 2));
        await Until(() => Version(worker) == 2);
        Assert.Null(worker.Classifier.Heads.Current.Find("refund"));
        await Until(() => refused.Count == 4);
        // 3. A signed retirement counts.
        await worker.Retire("spam");
        await Until(() => Version(worker) is null);
    }

    [Fact]
    public async Task While_a_key_changes_both_are_accepted()
    {
        await using var worker = await RunningWorker.Start(
            model, [model.Head("spam", version: 1)],
            options => options.Kafka.HeadsSigningKey = $"{Key}\nthe-key-that-was-in-use-until-yesterday");
        await Until(() => Version(worker) == 1);
        await Publish(worker, "the-key-that-was-in-use-until-yesterday", model.Head("spam", version: 2));
        await Until(() => Version(worker) == 2);
    }

    private static int? Version(RunningWorker worker) => worker.Classifier.Heads.Current.Find("spam")?.Version;

    private static async Task Publish(RunningWorker worker, string? key, Head head)
    {
        using var topic = Writer(worker, key);
        await topic.PublishAsync(head.Label, HeadJson.Serialize(head), TestContext.Current.CancellationToken);
    }

    private static HeadsTopicWriter Writer(RunningWorker worker, string? key) => new(
        new KafkaOptions
        {
            BootstrapServers = worker.Options.Kafka.BootstrapServers,
            Topics = worker.Options.Kafka.Topics,
            HeadsSigningKey = key,
        }, NullLoggerFactory.Instance, TimeProvider.System);

    private static async Task Until(Func<bool> reached)
    {
        var deadline = Environment.TickCount64 + 60_000;
        while (!reached())
        {
            Assert.True(Environment.TickCount64 < deadline, "not reached within 60 s");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Counts what the metric counts; no other test plants wrong signatures into a worker.</summary>
    private sealed class Refused : IDisposable
    {
        private readonly MeterListener listener = new();
        private long count;

        public Refused()
        {
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == MetricNames.RefusedHeads.Name)
                    self.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, number, tags, _) =>
            {
                foreach (var tag in tags)
                    if (tag is { Key: "reason", Value: "signature" })
                        Interlocked.Add(ref count, number);
            });
            listener.Start();
        }

        public long Count => Interlocked.Read(ref count);

        public void Dispose() => listener.Dispose();
    }
}
