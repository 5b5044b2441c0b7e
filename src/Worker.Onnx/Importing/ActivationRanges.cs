using System.Collections.Immutable;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Worker.Onnx.Graph;
using Worker.Onnx.Schema;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Importing;

/// <summary>Measures how large the inputs of the linear layers become, in f32, on the self-check's texts.</summary>
internal static class ActivationRanges
{
    /// <param name="stored">The f32 graph.</param>
    /// <param name="folder">Where its weights are.</param>
    /// <param name="texts">Token ids of each text.</param>
    /// <returns>Largest magnitude of each input channel, by the name of the group of layers; [width].</returns>
    public static IReadOnlyDictionary<string, float[]> Measure(
        ModelProto stored, string folder, EncoderTree tree, ImmutableArray<ImmutableArray<int>> texts)
    {
        var groups = LinearGroup.All(tree).ToArray();
        var model = stored.Clone();
        model.Graph.Output.Clear();
        foreach (var group in groups)
            model.Graph.Output.Add(
                GraphWriter.Value(
                    group.Input, TensorProto.Types.DataType.Float, "batch", "sequence", $"{group.Width}"));

        using var options = SessionSettings.Cpu(folder, threads: 0);
        using var session = new InferenceSession(model.ToByteArray(), options);
        using var run = new RunOptions();
        var ranges = groups.ToDictionary(g => g.Name, g => new float[g.Width], StringComparer.Ordinal);
        var outputs = groups.Select(g => g.Input).ToArray();
        foreach (var text in texts)
        {
            using var ids = OrtValue.CreateTensorValueFromMemory(text.ToArray(), [1, text.Length]);
            using var mask = OrtValue.CreateTensorValueFromMemory(
                Enumerable.Repeat(1f, text.Length).ToArray(), [1, text.Length]);
            using var values = session.Run(run, [GraphNames.Ids, GraphNames.Mask], [ids, mask], outputs);
            for (var i = 0; i < groups.Length; i++)
                Widen(ranges[groups[i].Name], values[i].GetTensorDataAsSpan<float>());
        }
        return ranges;
    }

    private static void Widen(float[] range, ReadOnlySpan<float> tokens)
    {
        for (; !tokens.IsEmpty; tokens = tokens[range.Length..])
            for (var channel = 0; channel < range.Length; channel++)
                range[channel] = MathF.Max(range[channel], MathF.Abs(tokens[channel]));
    }
}
