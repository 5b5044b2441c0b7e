using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;

namespace Worker.Faults.Tests.Traffic;

/// <summary>An encoder that workers run, and the width of its mean feature.</summary>
internal sealed record EncoderIdentity(string Hash, int Width);

/// <summary>
/// Publishes versions of two labels, one for each encoder: a worker takes the head that fits its encoder and refuses
/// the other.
/// </summary>
internal sealed class HeadPublisher(
    KafkaOptions options, EncoderIdentity fast, EncoderIdentity slow, int seed, Func<long> now) : IDisposable
{
    public const string FastLabel = "fast";
    public const string SlowLabel = "slow";

    private readonly HeadsTopicWriter topic = new(options, NullLoggerFactory.Instance, TimeProvider.System);
    private readonly Random random = new(seed);
    private readonly Dictionary<int, long> published = [];
    private readonly SemaphoreSlim gate = new(1);
    private int version;

    /// <summary>When each version was acknowledged, in ms of the run.</summary>
    public IReadOnlyDictionary<int, long> Published => published;

    /// <summary>The next version of both heads; retried until a broker has it.</summary>
    public async Task PublishNext(CancellationToken stop)
    {
        await gate.WaitAsync(stop);
        try
        {
            version++;
            // It may already be in use before it is acknowledged.
            published[version] = long.MaxValue / 2;
            foreach (var (label, encoder) in new[] { (FastLabel, fast), (SlowLabel, slow) })
                await Publish(HeadJson.Serialize(Head(label, encoder)), label, stop);
            published[version] = now();
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        topic.Dispose();
        gate.Dispose();
    }

    private async Task Publish(byte[] head, string label, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await topic.PublishAsync(label, head, stop);
                return;
            }
            catch (KafkaFailureException failure) when (failure.Failure == KafkaFailure.Undelivered)
            {
                // A broker is away: a second record of the same version changes nothing.
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Random weights: probabilities differ from message to message, so some go to review.</summary>
    private Head Head(string label, EncoderIdentity encoder) => new()
    {
        Label = label,
        Version = version,
        Encoder = encoder.Hash,
        Feature = "mean",
        Weights = [.. Enumerable.Range(0, encoder.Width).Select(_ => (float)(random.NextDouble() - 0.5))],
        Bias = 0,
    };
}
