using System.CommandLine;
using Worker.Core.Anomaly;
using Worker.Encoders;
using Worker.Onnx.Bundles;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker embed: {"text"} in, {"embedding"} out.</summary>
internal static class EmbedCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var feature = new Option<string?>("--feature")
        {
            Description =
                "mean, cls, layerN for the mean of layer N, taps for those of the last four, or several joined by +. " +
                "Default: sentence, which is what a sentence-transformers folder asks for, or mean where it asks for " +
                "that",
        };
        var raw = new Option<bool>("--raw") { Description = "Do not normalise to length 1" };
        var command = new Command("embed", "Read JSON lines {\"text\"} on standard input, write {\"embedding\"}")
        {
            feature, raw,
        };
        model.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            using var loaded = LoadedEncoder.Open(model.Section(
                parsed, folder.Bundle, parsed.GetValue(feature) ?? EncoderBundle.Open(folder.Bundle).EmbeddingFeature));
            return await Run(loaded, parsed.GetValue(raw), stop);
        });
        return command;
    }

    private static Task<int> Run(LoadedEncoder loaded, bool raw, CancellationToken stop)
    {
        var encoder = new TextEncoder(loaded);
        var width = loaded.Encoder.Features.Width;
        return JsonLines.Answer(512, (texts, write) =>
        {
            var features = encoder.Features(texts);
            if (!raw)
                AnomalyTexts.Normalise(features, width);
            for (var i = 0; i < texts.Count; i++)
            {
                JsonLines.WriteRow(write, "embedding", features.AsMemory(i * width, width));
            }
        }, stop);
    }
}
