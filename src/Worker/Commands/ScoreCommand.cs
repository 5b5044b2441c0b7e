using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Worker.Core.Features;
using Worker.Encoders;
using Worker.Onnx.Bundles;
using Worker.Onnx.Sessions;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker score: {"text"} in, {"logits"} of the checkpoint's own classification head out.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var command = new Command(
            "score",
            "Read JSON lines {\"text\"} on standard input, write {\"logits\"} of the checkpoint's own classification " +
            "head; of merged checkpoints: those of each, by name");
        model.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var bundle = EncoderBundle.Open(folder.Bundle);
            if (bundle.OwnLabels.IsEmpty)
                throw new UserError(
                    $"{parsed.GetValue(model.Model)} has no classification head of its own: use 'worker embed', or " +
                    "train heads with 'worker train'");
            var options = model.Section(parsed, folder.Bundle, FeatureNames.Cls).ToOptions() with { OwnLogits = true };
            using var loaded = new LoadedEncoder(
                bundle, new OwnHead(EncoderFactory.Create(bundle, options)), TokenizerFolder.Open(bundle));
            return await Run(loaded, stop);
        });
        return command;
    }

    private static Task<int> Run(LoadedEncoder loaded, CancellationToken stop)
    {
        var encoder = new TextEncoder(loaded);
        var width = loaded.Encoder.Features.Width;
        return JsonLines.Answer(512, (texts, write) =>
        {
            var logits = encoder.Features(texts);
            for (var i = 0; i < texts.Count; i++)
            {
                var row = logits.AsMemory(i * width, width);
                if (loaded.Bundle.Merged.IsEmpty)
                    JsonLines.WriteRow(write, "logits", row);
                else
                    write(json => WriteMerged(json, loaded.Bundle.Merged, row.Span));
            }
        }, stop);
    }

    private static void WriteMerged(
        Utf8JsonWriter json, ImmutableArray<MergedCheckpoint> checkpoints, ReadOnlySpan<float> row)
    {
        json.WriteStartObject("logits");
        foreach (var one in checkpoints.Where(one => !one.OwnLabels.IsEmpty))
        {
            json.WriteStartArray(one.Name);
            foreach (var value in row[..one.OwnLabels.Length])
                json.WriteNumberValue(value);
            json.WriteEndArray();
            row = row[one.OwnLabels.Length..];
        }
        json.WriteEndObject();
    }
}
