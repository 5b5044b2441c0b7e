using System.CommandLine;
using Worker.Demo;

namespace Worker.Commands;

/// <summary>worker demo: the main job on real text, with the embedded broker.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var data = new Option<string?>("--data")
        {
            Description = $"Your own texts: one per line, {DataArguments.Formats}; " +
                "if they have labels, heads are trained on them. Default: the sample inbox"
        };
        var heads = new Option<string?>("--heads")
        {
            Description =
                "Heads as written by 'train', for the default encoder. Default: trained on the labels of --data, or " +
                "on the sample inbox",
        };
        var reading = new DataArguments();
        var messages = CheckedOptions.Number(
            "--messages",
            "How many messages to stream; default: as many as half a minute takes, at most " +
            $"{StreamLength.Maximum:N0}",
            new NumberRange<int>(100, 10_000_000));
        var precision = CheckedOptions.Choice("--precision", "Arithmetic", "int8", "auto", "f32", "int8");
        var device = CheckedOptions.Choice("--device", "Where the encoder runs", "auto", "auto", "cpu", "cuda");
        var serve = new Option<bool>("--serve")
        {
            Description = "Stream slowly and open the review page: answer, and watch a head get better, until Ctrl-C",
        };
        var port = CheckedOptions.Number(
            "--port", "With --serve: the page's port", 8081, new NumberRange<int>(0, 65535));
        var command = new Command("demo", "Train heads, stream messages through an embedded broker, classify them live")
        {
            data, heads, messages, precision, device, serve, port,
        };
        reading.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var options = new DemoOptions(
                parsed.GetValue(data), reading.Read(parsed), parsed.GetValue(heads), parsed.GetValue(messages),
                parsed.GetValue(precision)!, parsed.GetValue(device)!);
            return parsed.GetValue(serve)
                ? ServeRun.Run(options, parsed.GetValue(port), stop) : DemoRun.Run(options, stop);
        });
        return command;
    }
}
