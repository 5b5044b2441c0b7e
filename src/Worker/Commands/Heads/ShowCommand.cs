using System.CommandLine;
using System.Text;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads show: everything of one head on the heads topic, in words.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var label = new Argument<string>("label") { Description = "Label of the head" };
        var json = new Option<bool>("--json")
        {
            Description =
                "The head itself as a line of a heads file, which 'heads publish' and 'classify --heads' accept",
        };
        var kafka = new KafkaArguments();
        var command = new Command(
            "show", "Show one head of the heads topic in words, and which versions of it are still there")
        {
            label, json,
        };
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var topic = await TopicHeads.Read(kafka.Read(parsed), parsed.GetValue(label)!, stop);
            var entry = topic.Need(parsed.GetValue(label)!);
            if (entry.Head is null)
                throw new UserError($"label '{entry.Label}' has no head on topic '{topic.Topic}' " +
                    $"(record {entry.Partition}@{entry.Offset}): {entry.Problem}\n" +
                    "  what to do: publish or sign it again, roll it back or retire it");
            if (parsed.GetValue(json))
                Console.WriteLine(Encoding.UTF8.GetString(HeadJson.Serialize(entry.Head)));
            else
                foreach (var line in HeadDescription.Lines(entry, topic, TimeProvider.System.GetUtcNow()))
                    Console.WriteLine(line);
            return ExitCode.Done;
        });
        return command;
    }
}
