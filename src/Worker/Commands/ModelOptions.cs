using System.CommandLine;
using Worker.Encoders;

namespace Worker.Commands;

/// <summary>Options that every command with an encoder has.</summary>
internal sealed class ModelOptions
{
    public Option<string> Model { get; } = new("--model")
    {
        Description = "Encoder bundle, or a Hugging Face folder",
        DefaultValueFactory = _ => Checkout.DefaultBundle,
    };

    public Option<string> Device { get; } = CheckedOptions.Choice(
        "--device", "Where the encoder runs", "auto", "auto", "cpu", "cuda");

    public Option<string> Precision { get; } = CheckedOptions.Choice(
        "--precision", "Arithmetic; auto is f32", "auto", "auto", "f32", "int8");

    public Option<int> Threads { get; } =
        CheckedOptions.Number("--threads", "CPU threads, 0 for all", 0, new NumberRange<int>(0, 1024));

    public void AddTo(Command command)
    {
        command.Add(Model);
        command.Add(Device);
        command.Add(Precision);
        command.Add(Threads);
    }

    /// <param name="bundle">The bundle's folder.</param>
    /// <param name="features">Feature names; taps when none is given.</param>
    public EncoderSection Section(ParseResult parsed, string bundle, params string[] features) => new()
    {
        Bundle = bundle,
        Device = parsed.GetValue(Device)!,
        Precision = parsed.GetValue(Precision)!,
        Threads = parsed.GetValue(Threads),
        Features = features,
    };
}
