using System.CommandLine;
using Worker.Core.Answers;
using Worker.Terminal;

namespace Worker.Commands.Labels;

/// <summary>worker labels export: every event of the store, one JSON object a line.</summary>
internal static class ExportLabelsCommand
{
    public static Command Create()
    {
        var file = new Option<string?>("--out") { Description = "File to write; standard output by default" };
        var store = new StoreArguments();
        var command = new Command("export", "Write every answer of the store, one JSON object a line") { file };
        store.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            using var opened = store.Open(parsed, create: false);
            OutputPath.File("--out", parsed.GetValue(file));
            using var output = parsed.GetValue(file) is { } path ? File.Create(path) : Console.OpenStandardOutput();
            var count = 0;
            foreach (var one in opened.Export.Read())
            {
                stop.ThrowIfCancellationRequested();
                output.Write(LabelEventJson.Write(one));
                output.WriteByte((byte)'\n');
                count++;
            }
            Console.Error.WriteLine($"{count} events of {opened.Description}");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
