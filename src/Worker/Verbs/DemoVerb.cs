using System.CommandLine;
using Worker.Demo;

namespace Worker.Verbs;

/// <summary>worker demo: the main job on real text, with the embedded broker.</summary>
internal static class DemoVerb
{
    public static Command Create()
    {
        var data = new Option<string?>("--data") { Description = "Your own texts: JSON lines with \"text\", CSV with a header, or a text a line; default: the sample inbox" };
        var messages = new Option<int?>("--messages") { Description = $"How many messages are streamed; default: as many as half a minute takes, at most {StreamLength.Maximum:N0}" };
        messages.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 100 or > 10_000_000)
                result.AddError("--messages must be from 100 to 10,000,000");
        });
        var precision = ModelOptions.Choice("--precision", "Arithmetic", "int8", "auto", "f32", "int8");
        var device = ModelOptions.Choice("--device", "Where the encoder runs", "auto", "auto", "cpu", "cuda");
        var verb = new Command("demo", "Train heads, stream messages through an embedded broker, classify them live") { data, messages, precision, device };
        verb.SetAction((parsed, stop) => DemoRun.Run(
            new DemoOptions(parsed.GetValue(data), parsed.GetValue(messages), parsed.GetValue(precision)!, parsed.GetValue(device)!), stop));
        return verb;
    }
}
