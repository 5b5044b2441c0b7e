using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Worker.Core.Features;
using Worker.Encoders;
using Worker.Onnx.Bundles;
using Worker.Terminal;

namespace Worker.Bench.Quality;

/// <summary>
/// Features of texts, kept on disk feature by feature under a name that says which encoder and which texts: a second
/// run reads what the first encoded.
/// </summary>
/// <param name="folder">The folder; created if needed.</param>
/// <param name="section">How an encoder is opened if something is missing.</param>
/// <param name="feature">What heads see; taps by default.</param>
internal sealed class FeatureCache(string folder, EncoderSection section, string feature = FeatureNames.Taps)
{
    private readonly EncoderBundle bundle = EncoderBundle.Open(section.Bundle);

    /// <summary>Floats of one feature.</summary>
    public int Hidden => bundle.Hidden;

    public string EncoderHash => bundle.Hash;

    public int Layers => bundle.Layers;

    /// <summary>The same cache for heads that see something else.</summary>
    public FeatureCache With(string other) => new(folder, section, other);

    /// <summary>What heads see, by the name that heads carry.</summary>
    public string Feature => FeatureNames.Canonical(feature, bundle.Layers);

    /// <summary>[texts, features · Hidden], the features side by side in the order asked for.</summary>
    public float[] Features(string name, IReadOnlyList<string> texts, IReadOnlyList<string> features)
    {
        var missing = features.Where(feature => !File.Exists(Path(texts, feature))).ToArray();
        if (missing.Length > 0)
            Encode(name, texts, missing);
        var all = new float[checked(texts.Count * features.Count * Hidden)];
        for (var i = 0; i < features.Count; i++)
            Place(File.ReadAllBytes(Path(texts, features[i])), all, i, features.Count);
        return all;
    }

    private void Encode(string name, IReadOnlyList<string> texts, string[] features)
    {
        using var loaded = LoadedEncoder.Open(new EncoderSection
        {
            Bundle = section.Bundle,
            Device = section.Device,
            Precision = section.Precision,
            Threads = section.Threads,
            Features = features,
        });
        byte[][] bytes = [.. texts.Select(Encoding.UTF8.GetBytes)];
        var encoded = ProgressBars.Run(
            $"encode {texts.Count:N0} texts of {name}", report => new TextEncoder(loaded).Features(bytes, report));
        for (var i = 0; i < features.Length; i++)
        {
            var one = new byte[texts.Count * Hidden * sizeof(float)];
            for (var text = 0; text < texts.Count; text++)
                MemoryMarshal.AsBytes(encoded.AsSpan((text * features.Length + i) * Hidden, Hidden))
                    .CopyTo(one.AsSpan(text * Hidden * sizeof(float)));
            var path = Path(texts, features[i]);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path + ".part", one);
            File.Move(path + ".part", path, overwrite: true);
        }
    }

    private void Place(byte[] one, float[] all, int position, int count)
    {
        var values = MemoryMarshal.Cast<byte, float>(one);
        for (var text = 0; text < values.Length / Hidden; text++)
            values.Slice(text * Hidden, Hidden).CopyTo(all.AsSpan((text * count + position) * Hidden));
    }

    private string Path(IReadOnlyList<string> texts, string feature)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        var name = string.Create(CultureInfo.InvariantCulture,
            $"{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}-{section.Precision}-{feature}.f32");
        return System.IO.Path.Combine(folder, bundle.Hash[..12], name);
    }
}
