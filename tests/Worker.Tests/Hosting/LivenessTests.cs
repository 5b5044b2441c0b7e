using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;

namespace Worker.Tests.Hosting;

/// <summary>
/// A device that hangs, as drivers sometimes do. Only a restart helps, so the liveness probe must see it.
/// </summary>
public sealed class LivenessTests(TinyModel model)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task An_encoder_that_hangs_is_noticed_and_a_worker_with_nothing_to_do_is_not()
    {
        using var device = new ManualResetEventSlim(initialState: true);
        await using var worker = await RunningWorker.Start(
            model, [model.Head("a", bias: 6)], wrap: encoder => new Hanging(encoder, device));
        worker.Send("some words");
        worker.ReadUntil(read => read.Any(record => record.Topic == worker.Options.Kafka.Topics.Results));
        await Task.Delay(Margin * 2, TestContext.Current.CancellationToken);
        Assert.Null(worker.Classifier.Health.StuckIn(Margin));

        device.Reset();
        worker.Send("other words");
        var deadline = Environment.TickCount64 + 30_000;
        while (worker.Classifier.Health.StuckIn(Margin) is null)
        {
            Assert.True(Environment.TickCount64 < deadline, "not noticed");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        Assert.StartsWith("stage 'classify' has been computing a window on the device for ",
            worker.Classifier.Health.StuckIn(Margin), StringComparison.Ordinal);

        // If it came back, nothing would be lost.
        device.Set();
        worker.ReadUntil(read => read.Any(record => record.Topic == worker.Options.Kafka.Topics.Results));
        Assert.Null(worker.Classifier.Health.StuckIn(Margin));
    }

    private sealed class Hanging(IEncoder encoder, ManualResetEventSlim device) : IEncoder
    {
        public string Hash => encoder.Hash;

        public FeatureLayout Features => encoder.Features;

        public int MaxTokens => encoder.MaxTokens;

        public Chunking? Chunking => encoder.Chunking;

        public int MicroBatchTokens => encoder.MicroBatchTokens;

        public int Lanes => encoder.Lanes;

        public string Description => encoder.Description;

        public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
        {
            device.Wait();
            encoder.Run(batch, heads, features, logits);
        }

        public void Dispose() => encoder.Dispose();
    }
}
