using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>What a rollback did.</summary>
/// <param name="Sentence">For people.</param>
/// <param name="Plan">What was published; null where a canary was withdrawn instead.</param>
internal sealed record RolledBack(string Sentence, RollbackPlan? Plan);

/// <summary>Publishes an earlier head of a label again, or ends its canary.</summary>
internal static class HeadRollback
{
    /// <param name="to">The version; null for the one before, or for the end of a canary where there is one.</param>
    /// <param name="force">Also a head of another encoder.</param>
    /// <exception cref="UserError">It cannot be done; the message says what can.</exception>
    public static async Task<RolledBack> Run(
        KafkaOptions options, string label, int? to, bool force, CancellationToken stop)
    {
        var there = await TopicHeads.Read(options, label, stop);
        using var topic = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
        if (there.Canary(label) is { } canary && to is null)
        {
            await CanaryEnd.Publish(topic, there, [label], stop);
            return new RolledBack(
                $"'{label}': canary v{canary.Version} is withdrawn, v{there.Find(label)!.Head!.Version} decides all " +
                "messages", null);
        }
        var plan = RollbackPlan.Of(there, label, to);
        var version = plan.To.Head!.Version;
        if (!force)
            EncoderGuard.Check($"v{version} of '{label}'", [plan.Head], null, there);
        await topic.PublishAsync(label, HeadJson.Serialize(plan.Head), stop);
        await CanaryEnd.Publish(topic, there, [label], stop);
        var step = plan.From is { } from ? $"v{from.Version} → " : "now ";
        return new RolledBack(
            $"'{label}': {step}v{plan.Head.Version}, which decides as v{version} of {plan.To.When} UTC did", plan);
    }
}
