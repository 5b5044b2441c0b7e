using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Heads;
using Worker.Kafka.Heads;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads retire: takes a label out of service.</summary>
internal static class RetireCommand
{
    public static Command Create()
    {
        var label = new Argument<string>("label") { Description = "The label that is no longer scored" };
        var kafka = new KafkaArguments();
        var command = new Command("retire", "Take a label out of service") { label };
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var options = kafka.Read(parsed);
            var there = await TopicHeads.Read(options, null, stop);
            var last = there.Need(parsed.GetValue(label)!);
            using var topic = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
            await CanaryEnd.Publish(topic, there, [last.Label], stop);
            await topic.PublishAsync(last.Label, null, stop);
            Console.WriteLine($"'{last.Label}'{(last.Head is { } head ? $" v{head.Version}" : "")} retired");
            return ExitCode.Done;
        });
        return command;
    }
}
