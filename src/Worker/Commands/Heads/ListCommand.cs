using System.CommandLine;
using Worker.Heads;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads list: a line for each label on the heads topic.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json")
        {
            Description = "One JSON object per line, with everything but weights and calibration",
        };
        var kafka = new KafkaArguments();
        var command = new Command(
            "list", "List the heads on the heads topic: a table on a terminal, tab-separated in a pipe")
        {
            json,
        };
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var topic = await TopicHeads.Read(kafka.Read(parsed), null, stop);
            var table = new HeadsTable(Console.Out, TimeProvider.System.GetUtcNow());
            if (topic.Entries.Count == 0)
                await Console.Error.WriteLineAsync(
                    $"topic '{topic.Topic}' holds no heads: publish some with 'worker heads publish FILE'");
            else if (parsed.GetValue(json))
                table.WriteJson(topic);
            else if (Console.IsOutputRedirected)
                table.WritePlain(topic);
            else
                table.WriteTable(topic);
            return ExitCode.Done;
        });
        return command;
    }
}
