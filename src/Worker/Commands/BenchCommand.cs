using System.CommandLine;
using Worker.Encoders;
using Worker.Measuring;

namespace Worker.Commands;

/// <summary>worker bench: measures what this machine can do; each figure is a ratio measured in one run.</summary>
internal static class BenchCommand
{
    private static readonly string[] All = ["tokenizer", "pipeline", "classify", "heads", "swap", "int8", "memory"];

    public static Command Create()
    {
        var names = CheckedOptions.Choices("names", $"Measurements: {string.Join(", ", All)}; default: all", All);
        var data =
            new Option<string?>("--data") { Description = "Your own texts, as for 'demo'; default: the sample inbox" };
        var messages = CheckedOptions.Number(
            "--messages", "Messages per measurement", 3000, new NumberRange<int>(100, 10_000_000));
        var repeats = CheckedOptions.Number(
            "--repeats", "How often each figure is measured, in turn", 5, new NumberRange<int>(1, 1000));
        var memory = CheckedOptions.Number(
            "--memory-messages", "Messages of the memory measurement", 200_000, new NumberRange<int>(
                1000, 1_000_000_000));
        var clock = ClockOption.Create();
        var model = new ModelOptions();
        var command = new Command(
            "bench", "Measure tokenizer, pipeline, classify, heads, swap, int8 and memory on this machine")
        {
            names, data, messages, repeats, memory, clock,
        };
        model.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var chosen = parsed.GetValue(names) is { Length: > 0 } some ? some : All;
            var bench = new Bench(
                precision => Section(model, parsed, folder.Bundle, precision),
                parsed.GetValue(data), parsed.GetValue(messages), parsed.GetValue(repeats), parsed.GetValue(memory),
                new BenchClock(parsed.GetValue(clock)!));
            return await bench.Run(chosen, stop);
        });
        return command;
    }

    /// <summary>
    /// The encoder of the command line with another precision; auto for the precision of the command line.
    /// </summary>
    private static EncoderSection Section(ModelOptions model, ParseResult parsed, string bundle, string precision)
    {
        var section = model.Section(parsed, bundle);
        if (precision != "auto")
            section.Precision = precision;
        return section;
    }
}
