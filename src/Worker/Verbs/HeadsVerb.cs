using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Kafka.Topics;
using Worker.Learning.Anomaly;
using Worker.Learning.Saving;
using Worker.Rollout;
using Worker.Terminal;

namespace Worker.Verbs;

/// <summary>worker heads: rolls heads out to every running worker through the heads topic.</summary>
internal static class HeadsVerb
{
    public static Command Create() => new("heads", "Roll heads out to every running worker, or retire a label")
    {
        Publish(),
        Retire(),
        RetireAnomaly(),
    };

    private static Command Publish()
    {
        var file = new Argument<string>("file") { Description = "Heads as written by 'train'" };
        var kafka = new KafkaArguments();
        var verb = new Command("publish", "Publish heads to the heads topic; running workers take them up between windows") { file };
        kafka.AddTo(verb);
        verb.SetAction(async (parsed, stop) =>
        {
            var heads = HeadFile.Read(parsed.GetValue(file)!);
            var options = kafka.Read(parsed);
            using var topic = Open(options);
            foreach (var head in heads)
                await topic.PublishAsync(head.Label, HeadJson.Serialize(head), stop);
            Console.WriteLine($"{heads.Count} heads published");
            if (AnomalyFile.BytesBeside(parsed.GetValue(file)!) is { } reference)
            {
                var records = await AnomalyPublishing.Publish(options, topic, reference, NullLoggerFactory.Instance, TimeProvider.System, stop);
                Console.WriteLine($"anomaly reference {AnomalyRollout.HashOf(reference)[..12]} published in {records} records");
            }
            else
            {
                Console.WriteLine("no anomaly reference lies beside the heads: the one that workers use stays");
            }
            return ExitCode.Done;
        });
        return verb;
    }

    private static Command RetireAnomaly()
    {
        var kafka = new KafkaArguments();
        var verb = new Command("retire-anomaly", "Take the anomaly reference out of service");
        kafka.AddTo(verb);
        verb.SetAction(async (parsed, stop) =>
        {
            var options = kafka.Read(parsed);
            using var topic = Open(options);
            await AnomalyPublishing.Withdraw(options, topic, NullLoggerFactory.Instance, TimeProvider.System, stop);
            Console.WriteLine("anomaly reference retired");
            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>Says at once when no broker answers or refuses this user.</summary>
    private static HeadsTopicWriter Open(KafkaOptions options)
    {
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            admin.Reach();
        return new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
    }

    private static Command Retire()
    {
        var label = new Argument<string>("label") { Description = "The label that is no longer scored" };
        var kafka = new KafkaArguments();
        var verb = new Command("retire", "Take a label out of service") { label };
        kafka.AddTo(verb);
        verb.SetAction(async (parsed, stop) =>
        {
            using var topic = Open(kafka.Read(parsed));
            await topic.PublishAsync(parsed.GetValue(label)!, null, stop);
            Console.WriteLine($"'{parsed.GetValue(label)}' retired");
            return ExitCode.Done;
        });
        return verb;
    }
}
