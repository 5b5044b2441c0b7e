using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Worker.Onnx.Schema;

namespace Worker.Onnx.Graph;

/// <summary>
/// A file next to the graphs that holds their large tensors (ONNX's external data). The runtime maps it, so only the
/// used pages become resident, and graphs that differ in some tensors share the rest.
/// </summary>
internal sealed class WeightFile : IDisposable
{
    /// <summary>
    /// Tensors below this size in bytes stay inside the graphs, because the runtime's optimiser reads small constants.
    /// </summary>
    private const int InlineBytes = 1024;

    /// <summary>A page, because the runtime maps each tensor separately.</summary>
    private const int Alignment = 4096;

    private readonly string name;
    private readonly FileStream file;
    private readonly Dictionary<string, TensorProto> tensors = new(StringComparer.Ordinal);

    /// <param name="folder">Where the graphs will be.</param>
    /// <param name="name">The file's name, as the graphs will refer to it.</param>
    public WeightFile(string folder, string name)
    {
        this.name = name;
        file = new FileStream(
            Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
    }

    /// <summary>A tensor written before, as a graph refers to it, or null.</summary>
    public TensorProto? Find(string tensor) => tensors.GetValueOrDefault(tensor);

    public void Add(string tensor, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Add(tensor, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), shape);

    public void Add(string tensor, ReadOnlySpan<sbyte> values, params ReadOnlySpan<long> shape) =>
        Add(tensor, TensorProto.Types.DataType.Int8, MemoryMarshal.AsBytes(values), shape);

    public void Dispose() => file.Dispose();

    private void Add(string tensor, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var proto = new TensorProto { Name = tensor, DataType = (int)type };
        foreach (var size in shape)
            proto.Dims.Add(size);
        if (bytes.Length < InlineBytes)
        {
            proto.RawData = ByteString.CopyFrom(bytes);
        }
        else
        {
            var offset = (file.Position + Alignment - 1) / Alignment * Alignment;
            file.Position = offset;
            file.Write(bytes);
            proto.DataLocation = TensorProto.Types.DataLocation.External;
            Refer("location", name);
            Refer("offset", offset.ToString(CultureInfo.InvariantCulture));
            Refer("length", bytes.Length.ToString(CultureInfo.InvariantCulture));
        }
        tensors.Add(tensor, proto);

        void Refer(string key, string value) =>
            proto.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }
}
