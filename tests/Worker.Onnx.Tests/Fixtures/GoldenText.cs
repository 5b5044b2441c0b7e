using System.Text.Json;

namespace Worker.Onnx.Tests.Fixtures;

/// <summary>A line of a model's expected.jsonl: what the reference library computes for a text.</summary>
internal sealed record GoldenText(int[] Ids, JsonElement Expected)
{
    public static GoldenText[] Read(string model) => ReadFile(Repository.Golden("models", model, "expected.jsonl"));

    public static GoldenText[] ReadFile(string path) =>
        [.. File.ReadLines(path).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement.Clone();
            return new GoldenText(Floats(root.GetProperty("ids")).Select(id => (int)id).ToArray(), root);
        })];

    /// <summary>The reference's vector for one of our features.</summary>
    public float[] Feature(string name) => name is "mean" or "cls"
        ? Floats(Expected.GetProperty(name))
        : Floats(Expected.GetProperty("layer_means")[int.Parse(name["layer".Length..]) - 1]);

    public float[] Vector(string field) => Floats(Expected.GetProperty(field));

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(x => x.GetSingle())];
}
