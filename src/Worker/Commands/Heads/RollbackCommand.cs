using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Kafka.Heads;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads rollback: publishes an earlier head of a label again.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var label = new Argument<string>("label")
        {
            Description = "The label whose earlier head is published again, under a new version",
        };
        var to = new Option<int?>("--to")
        {
            Description =
                "The version to go back to; default: the one before the head in use, or a retired label's last head; " +
                "while a canary decides a share of the messages, the head in use",
            CustomParser = VersionNumber.Parse,
        };
        var force = new Option<bool>("--force")
        {
            Description = "Roll back even if that head is for another encoder than the topic's heads",
        };
        var kafka = new KafkaArguments();
        var command = new Command(
            "rollback", "Publish an earlier head of a label again, while the compacted topic still holds it")
        {
            label, to, force,
        };
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var options = kafka.Read(parsed);
            var name = parsed.GetValue(label)!;
            var there = await TopicHeads.Read(options, name, stop);
            using var topic = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
            if (there.Canary(name) is { } canary && parsed.GetValue(to) is null)
            {
                await CanaryEnd.Publish(topic, there, [name], stop);
                Console.WriteLine(
                    $"'{name}': canary v{canary.Version} is withdrawn, v{there.Find(name)!.Head!.Version} decides " +
                    "all messages");
                return ExitCode.Done;
            }
            var plan = RollbackPlan.Of(there, name, parsed.GetValue(to));
            var version = plan.To.Head!.Version;
            if (!parsed.GetValue(force))
                EncoderGuard.Check($"v{version} of '{name}'", [plan.Head], null, there);
            await topic.PublishAsync(name, HeadJson.Serialize(plan.Head), stop);
            await CanaryEnd.Publish(topic, there, [name], stop);
            var step = plan.From is { } from ? $"v{from.Version} → " : "now ";
            Console.WriteLine(
                $"'{name}': {step}v{plan.Head.Version}, which decides as v{version} of {plan.To.When} UTC did");
            if (plan.From is { } current)
                foreach (var line in HeadDifference.Lines(current, plan.Head))
                    Console.WriteLine(line);
            if (plan.Head.Certificate is { } certificate && !certificate.Holds(TimeProvider.System.GetUtcNow()))
                Console.WriteLine(
                    $"  its certificate expired on {HeadEntry.Moment(certificate.Expires)} UTC: no decision is " +
                    "certified");
            return ExitCode.Done;
        });
        return command;
    }
}
