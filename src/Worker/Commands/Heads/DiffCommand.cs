using System.CommandLine;
using Worker.Heads;
using Worker.Learning.Saving;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads diff: what publishing a file would change, or how two files differ.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description =
                "Heads as written by 'train', compared with the heads topic: what publishing them would change",
        };
        var other = new Argument<string?>("other")
        {
            Description = "A second file: how its heads differ from the first's; no broker is asked",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "One JSON object per label, each on its own line" };
        var kafka = new KafkaArguments();
        var command = new Command("diff", "Compare heads: a file with the heads topic, or two files")
        {
            file, other, json,
        };
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (path, second) = (parsed.GetValue(file)!, parsed.GetValue(other));
            var heads = HeadFile.Read(path);
            HeadsComparison comparison;
            if (second is null)
            {
                var topic = await TopicHeads.Read(kafka.Read(parsed), null, stop);
                comparison = new HeadsComparison($"topic '{topic.Topic}'", topic.Heads, path, heads) { Topic = topic };
            }
            else
            {
                comparison = new HeadsComparison(path, heads, second, HeadFile.Read(second));
            }
            if (parsed.GetValue(json))
                comparison.WriteJson(Console.Out);
            else
                foreach (var line in comparison.Lines())
                    Console.WriteLine(line);
            return ExitCode.Done;
        });
        return command;
    }
}
