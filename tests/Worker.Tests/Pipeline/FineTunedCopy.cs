using System.Runtime.InteropServices;
using System.Text.Json;

namespace Worker.Tests.Pipeline;

/// <summary>A copy of a golden classifier with one output, whose classifier can be made steeper and moved.</summary>
internal sealed class FineTunedCopy
{
    private readonly string weights;

    public FineTunedCopy(string source, string destination)
    {
        Directory.CreateDirectory(destination);
        foreach (var file in Directory.EnumerateFiles(source))
            // Not File.Copy: the original may be read-only.
            File.WriteAllBytes(Path.Combine(destination, Path.GetFileName(file)), File.ReadAllBytes(file));
        Folder = destination;
        weights = Path.Combine(destination, "model.safetensors");
    }

    public string Folder { get; }

    /// <summary>Changes the numbers of a tensor.</summary>
    public void Change(string tensor, Func<float, float> change)
    {
        var bytes = File.ReadAllBytes(weights);
        var start = 8 + (int)BitConverter.ToInt64(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8..start));
        var place = header.RootElement.GetProperty(tensor).GetProperty("data_offsets");
        var numbers = MemoryMarshal.Cast<byte, float>(
            bytes.AsSpan(start + place[0].GetInt32(), place[1].GetInt32() - place[0].GetInt32()));
        foreach (ref var number in numbers)
            number = change(number);
        File.WriteAllBytes(weights, bytes);
    }
}
