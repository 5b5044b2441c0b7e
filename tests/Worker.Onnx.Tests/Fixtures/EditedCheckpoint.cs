using System.Text;
using System.Text.Json.Nodes;
using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Tests.Fixtures;

/// <summary>A copy of a golden model's folder that a test changes.</summary>
internal sealed class EditedCheckpoint : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();

    public EditedCheckpoint(string model)
    {
        foreach (var file in Directory.EnumerateFiles(ImportedModels.Source(model)))
            System.IO.File.Copy(file, folder.File(System.IO.Path.GetFileName(file)));
    }

    public string Path => folder.Path;

    public string Weights => File("model.safetensors");

    public string File(string name) => folder.File(name);

    /// <summary>Changes config.json.</summary>
    public void Configure(Action<JsonObject> change) => ConfigureFile("config.json", change);

    public void ConfigureFile(string name, Action<JsonObject> change)
    {
        var path = File(name);
        var json = System.IO.File.Exists(path) ? JsonNode.Parse(System.IO.File.ReadAllText(path))!.AsObject() : [];
        change(json);
        System.IO.File.WriteAllText(path, json.ToJsonString());
    }

    /// <summary>Writes the weights again, each tensor as the function returns it (null: left out).</summary>
    public void Rewrite(Func<string, long[], float[], (string Name, long[] Shape, float[] Values)?> change)
    {
        var tensors = new List<(string, long[], float[])>();
        using (var source = SafetensorsFile.Open(Weights))
            foreach (var tensor in source.Tensors.Values.OrderBy(t => t.Offset))
                if (change(tensor.Name, [.. tensor.Shape], source.Read(tensor)) is { } changed)
                    tensors.Add(changed);
        SafetensorsWriter.Write(Weights, tensors);
    }

    /// <summary>Writes the weights again as 16-bit numbers.</summary>
    public void RewriteAs(string dtype, Func<float, ushort> narrow)
    {
        var header = new JsonObject();
        using var data = new MemoryStream();
        using (var source = SafetensorsFile.Open(Weights))
            foreach (var tensor in source.Tensors.Values.OrderBy(t => t.Offset))
            {
                var begin = data.Length;
                foreach (var value in source.Read(tensor))
                    data.Write(BitConverter.GetBytes(narrow(value)));
                header[tensor.Name] = new JsonObject
                {
                    ["dtype"] = dtype,
                    ["shape"] = new JsonArray([.. tensor.Shape.Select(s => JsonValue.Create(s))]),
                    ["data_offsets"] = new JsonArray(begin, data.Length),
                };
            }
        WriteSafetensors(Weights, header.ToJsonString(), data.ToArray());
    }

    /// <summary>Writes a safetensors file of any header and data.</summary>
    public static void WriteSafetensors(string path, string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        System.IO.File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. data]);
    }

    public void Dispose() => folder.Dispose();
}
