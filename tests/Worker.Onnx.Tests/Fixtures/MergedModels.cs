using Worker.Core.Encoders;
using Worker.Onnx.Bundles;
using Worker.Onnx.Importing;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Tests.Fixtures;

/// <summary>Copies of the golden bert-tiny that were fine-tuned, as far as the weights can tell; merged.</summary>
internal sealed class MergedModels : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();

    public string Bundle => folder.File("bundle");

    /// <summary>
    /// A copy whose layers from a number on are changed, with a classifier of its own for some labels.
    /// </summary>
    public string Tuned(string name, int from, string? problem, params string[] labels)
    {
        using var edited = new EditedCheckpoint("bert-tiny");
        var random = new Random(name.Length * 100 + from);
        edited.Configure(config =>
        {
            config["problem_type"] = problem;
            config["id2label"] = new System.Text.Json.Nodes.JsonObject(
                labels.Select((label, index) => KeyValuePair.Create(
                    $"{index}", (System.Text.Json.Nodes.JsonNode?)label)));
        });
        edited.Rewrite((tensor, shape, values) =>
        {
            if (tensor.StartsWith("classifier.", StringComparison.Ordinal))
                return (tensor, [labels.Length, .. shape[1..]],
                    [.. Enumerable.Range(0, labels.Length).SelectMany(_ => values.Select(_ => Next()))]);
            var isTuned = tensor.Contains("pooler", StringComparison.Ordinal)
                || (tensor.Split(".layer.") is [_, var rest] && int.Parse(rest.Split('.')[0]) >= from);
            return (tensor, shape, isTuned ? [.. values.Select(value => value + Next() / 5)] : values);
        });
        var destination = folder.File(name);
        Directory.CreateDirectory(destination);
        foreach (var file in Directory.EnumerateFiles(edited.Path))
            File.Copy(file, Path.Combine(destination, Path.GetFileName(file)));
        return destination;

        float Next() => (float)(random.NextDouble() - 0.5);
    }

    public EncoderBundle Merge(params string[] folders)
    {
        EncoderImporter.Merge(folders, Bundle, Tokenizer);
        return EncoderBundle.Open(Bundle);
    }

    public static FolderTokenizer Tokenizer(string folder) => ImportedModels.TokenizeAsGolden("bert-tiny")();

    /// <summary>Own logits of texts; [texts, labels].</summary>
    public static float[][] Score(EncoderBundle bundle, IReadOnlyList<int[]> texts, Precision precision = default)
    {
        using var encoder = EncoderFactory.Create(
            bundle, new EncoderOptions { Device = Device.Cpu, OwnLogits = true, Precision = precision });
        var rows = new List<float[]>();
        foreach (var chunk in texts.Chunk(9))
        {
            var logits = new float[chunk.Length * encoder.OwnLabels];
            var (ids, lengths) = EncoderCalls.Pack(chunk);
            encoder.Score(new MicroBatch(ids, lengths), logits);
            rows.AddRange(EncoderCalls.Rows(logits, chunk.Length));
        }
        return [.. rows];
    }

    /// <summary>Own logits of a checkpoint that is imported alone.</summary>
    public float[][] ScoreAlone(string checkpoint, IReadOnlyList<int[]> texts)
    {
        var bundle = folder.File($"{Path.GetFileName(checkpoint)}-alone");
        EncoderImporter.Import(checkpoint, bundle, () => Tokenizer(checkpoint));
        return Score(EncoderBundle.Open(bundle), texts);
    }

    public void Dispose() => folder.Dispose();
}
