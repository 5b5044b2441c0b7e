using System.Collections.Frozen;
using System.Text.Json;

namespace Worker.Onnx.Safetensors;

/// <summary>
/// A checkpoint's weights: one safetensors file, or several that an index names (<c>model.safetensors.index.json</c>:
/// {"weight_map": {tensor: file}}).
/// </summary>
internal sealed class SafetensorsShards : IDisposable
{
    private readonly IReadOnlyList<SafetensorsFile> files;
    private readonly FrozenDictionary<string, SafetensorsFile> fileOf;

    private SafetensorsShards(string path, IReadOnlyList<SafetensorsFile> files)
    {
        Path = path;
        this.files = files;
        Tensors = files.SelectMany(file => file.Tensors).ToFrozenDictionary(StringComparer.Ordinal);
        fileOf = files.SelectMany(file => file.Tensors.Keys.Select(name => KeyValuePair.Create(name, file)))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The one file, or the index.</summary>
    public string Path { get; }

    /// <summary>Every tensor, by name.</summary>
    public FrozenDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>Opens a single file.</summary>
    /// <exception cref="EncoderException">It is not a complete safetensors file.</exception>
    public static SafetensorsShards OpenFile(string path) => new(path, [SafetensorsFile.Open(path)]);

    /// <summary>Opens the files that an index names, which are next to it.</summary>
    /// <exception cref="EncoderException">The index is malformed, or does not fit the files; the message names file and
    /// tensor.</exception>
    public static SafetensorsShards OpenIndex(string index)
    {
        var opened = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            var map = WeightMap(index);
            foreach (var name in map.Values.Distinct(StringComparer.Ordinal))
                opened.Add(name, SafetensorsFile.Open(
                    System.IO.Path.Combine(System.IO.Path.GetDirectoryName(index)!, name)));
            foreach (var (tensor, name) in map)
                if (!opened[name].Tensors.ContainsKey(tensor))
                    throw new EncoderException(
                        $"{opened[name].Path}: tensor '{tensor}' is missing, {index} says that it is there: fetch " +
                        "both files again");
            foreach (var (name, file) in opened)
                if (file.Tensors.Keys.FirstOrDefault(tensor => map.GetValueOrDefault(tensor) != name) is { } unknown)
                    throw new EncoderException(
                        $"{index}: tensor '{unknown}' of {name} is not listed as being there: the files do not " +
                        "belong together");
            return new SafetensorsShards(index, [.. opened.Values]);
        }
        catch
        {
            foreach (var file in opened.Values)
                file.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="SafetensorsFile.Read"/>
    public float[] Read(SafetensorsTensor tensor) => fileOf[tensor.Name].Read(tensor);

    /// <summary>The file that holds a tensor.</summary>
    public string PathOf(SafetensorsTensor tensor) => fileOf[tensor.Name].Path;

    public void Dispose()
    {
        foreach (var file in files)
            file.Dispose();
    }

    private static Dictionary<string, string> WeightMap(string index)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("weight_map", out var map)
                || map.ValueKind != JsonValueKind.Object || !map.EnumerateObject().Any())
                throw new EncoderException($"{index}: it has no weight_map of tensors and their files");
            var fileNames = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in map.EnumerateObject())
            {
                // A name, not a path: an index must not reach outside of its folder.
                if (entry.Value.ValueKind != JsonValueKind.String || entry.Value.GetString() is not { Length: > 0 } name
                    || name != System.IO.Path.GetFileName(name))
                    throw new EncoderException(
                        $"{index}: weight_map says that tensor '{entry.Name}' is in {entry.Value.GetRawText()}, " +
                        "which is not the name of a file next to it");
                fileNames[entry.Name] = name;
            }
            return fileNames;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EncoderException($"{index}: cannot be read: {error.Message}", error);
        }
    }
}
