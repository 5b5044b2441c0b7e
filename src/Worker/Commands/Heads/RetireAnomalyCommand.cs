using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Heads;
using Worker.Kafka.Heads;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads retire-anomaly: takes the anomaly reference out of service.</summary>
internal static class RetireAnomalyCommand
{
    public static Command Create()
    {
        var kafka = new KafkaArguments();
        var command = new Command("retire-anomaly", "Take the anomaly reference out of service");
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var options = kafka.Read(parsed);
            var there = await TopicHeads.Read(options, null, stop);
            if (there.ReferenceKeys.Count == 0)
                throw new UserError(
                    $"there is no anomaly reference on topic '{there.Topic}': there is nothing to retire");
            using var topic = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
            await AnomalyPublishing.Withdraw(topic, there.ReferenceKeys, stop);
            Console.WriteLine(
                $"anomaly reference{(there.Reference is { } reference ? " " + reference.Hash[..12] : "")} retired");
            return ExitCode.Done;
        });
        return command;
    }
}
