using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Checkpoints;

/// <summary>
/// A Hugging Face folder of a BERT or DistilBERT encoder: its configuration, and its weights under names that are the
/// same for both. Every tensor's presence and shape is checked when it is opened.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private readonly SafetensorsShards file;
    private readonly Dictionary<string, SafetensorsTensor> byName;

    private Checkpoint(
        string folder, EncoderConfig config, SafetensorsShards file, Dictionary<string, SafetensorsTensor> byName)
    {
        Folder = folder;
        Config = config;
        this.file = file;
        this.byName = byName;
    }

    public string Folder { get; }

    public EncoderConfig Config { get; }

    /// <summary>Names of all tensors (ours), in ordinal order.</summary>
    public IEnumerable<string> Names => byName.Keys.Order(StringComparer.Ordinal);

    /// <exception cref="EncoderException">Something is missing, malformed or unsupported; the message names the file
    /// and the field or tensor.</exception>
    public static Checkpoint Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new EncoderException(
                $"{folder}: there is no such folder: point to a Hugging Face model folder with config.json and " +
                "model.safetensors");
        var settings = ConfigFile.Open(Path.Combine(folder, "config.json"));
        // Before any other file is looked for, so that a model of another kind is reported as such.
        var config = EncoderConfigReader.Read(settings);
        var weights = OpenWeights(folder);
        try
        {
            config = OwnHeadReader.Join(config, settings, weights);
            var tensors = RequiredTensors.For(config).ToDictionary(
                r => r.Name, r => Resolve(weights, r), StringComparer.Ordinal);
            return new Checkpoint(folder, config, weights, tensors);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public bool Has(string name) => byName.ContainsKey(name);

    /// <summary>Shape of a tensor by our name.</summary>
    public ImmutableArray<long> Shape(string name) => byName[name].Shape;

    /// <summary>Reads a tensor by our name, as f32, row-major.</summary>
    public float[] Read(string name) => file.Read(byName[name]);

    /// <summary>sha256 of the tensors (as f32) whose names begin with a prefix, lower-case hex.</summary>
    public string WeightsHash(string prefix)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            hash.AppendData(MemoryMarshal.AsBytes(Read(name).AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose() => file.Dispose();

    private static SafetensorsShards OpenWeights(string folder)
    {
        var path = Path.Combine(folder, "model.safetensors");
        if (File.Exists(path))
            return SafetensorsShards.OpenFile(path);
        if (File.Exists(path + ".index.json"))
            return SafetensorsShards.OpenIndex(path + ".index.json");
        var other = Path.Combine(folder, "pytorch_model.bin");
        throw new EncoderException(File.Exists(other)
            ? $"{path} is missing: {other} cannot be read, save the model as safetensors"
            : $"{path} is missing: point to a Hugging Face model folder with config.json and model.safetensors");
    }

    private static SafetensorsTensor Resolve(SafetensorsShards file, RequiredTensor required)
    {
        // Checkpoints converted from TensorFlow call a layer normalisation's weight and bias gamma and beta.
        var old = required.Stored.Contains("LayerNorm.", StringComparison.Ordinal)
            ? required.Stored.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
                .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal)
            : required.Stored;
        foreach (var name in (ReadOnlySpan<string>)[required.Prefix + required.Stored, required.Stored,
            required.Prefix + old, old])
            if (file.Tensors.TryGetValue(name, out var tensor))
                return tensor.Shape.SequenceEqual(required.Shape)
                    ? tensor
                    : throw new EncoderException(
                        $"{file.PathOf(tensor)}: tensor '{name}' has shape {tensor.ShapeText}, config.json demands " +
                        $"{SafetensorsTensor.Describe(required.Shape)}: the two files do not belong together");
        var also = required.Prefix.Length > 0 ? $" (nor is '{required.Prefix}{required.Stored}')" : "";
        throw new EncoderException(
            $"{file.Path}: tensor '{required.Stored}' is missing{also}: config.json demands it, the two files do not " +
            "belong together or the checkpoint is incomplete");
    }
}
