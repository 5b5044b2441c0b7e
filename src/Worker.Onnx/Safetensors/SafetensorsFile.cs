using System.Collections.Frozen;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Worker.Onnx.Safetensors;

/// <summary>A safetensors file whose floating-point tensors are read as f32, one at a time.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    /// <summary>How many 16-bit elements are read and widened at a time.</summary>
    private const int ChunkElements = 64 * 1024;

    private readonly SafeFileHandle handle;

    private SafetensorsFile(string path, SafeFileHandle handle, FrozenDictionary<string, SafetensorsTensor> tensors)
    {
        Path = path;
        this.handle = handle;
        Tensors = tensors;
    }

    public string Path { get; }

    /// <summary>Every tensor of the file, by name.</summary>
    public FrozenDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>Opens a file and checks its header; no tensor is read yet.</summary>
    /// <exception cref="EncoderException">It is not a complete safetensors file; the message names file and
    /// tensor.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var tensors = SafetensorsHeader.Read(stream, path);
            return new SafetensorsFile(path, File.OpenHandle(path, options: FileOptions.RandomAccess), tensors);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EncoderException($"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads a tensor as f32, widening f16 and bf16 exactly.</summary>
    /// <returns>Its elements, row-major.</returns>
    /// <exception cref="EncoderException">Its dtype is not F32, F16 or BF16, it is too large for an array, or it
    /// holds a value that is not a finite number.</exception>
    public float[] Read(SafetensorsTensor tensor)
    {
        if (tensor.Elements > Array.MaxLength)
            throw Refused(tensor, $"{tensor.Elements} elements are more than one array holds ({Array.MaxLength})");
        var values = GC.AllocateUninitializedArray<float>((int)tensor.Elements);
        switch (tensor.Dtype)
        {
            case "F32":
                ReadBytes(tensor, MemoryMarshal.AsBytes(values.AsSpan()), tensor.Offset);
                break;
            case "F16":
                ReadChunks<Half>(tensor, values, TensorPrimitives.ConvertToSingle);
                break;
            case "BF16":
                ReadChunks<ushort>(tensor, values, WidenBrainFloats);
                break;
            default:
                throw Refused(tensor, $"its dtype is {tensor.Dtype}: save the checkpoint in F32, F16 or BF16");
        }
        // The largest magnitude is NaN or infinite as soon as one element is.
        if (values.Length > 0 && !float.IsFinite(TensorPrimitives.MaxMagnitude<float>(values)))
            throw Refused(tensor, "it holds a value that is not a finite number: the checkpoint is damaged");
        return values;
    }

    public void Dispose() => handle.Dispose();

    private void ReadChunks<T>(SafetensorsTensor tensor, float[] values, Widen<T> widen) where T : unmanaged
    {
        var chunk = new T[Math.Min(ChunkElements, values.Length)];
        for (var done = 0; done < values.Length; done += chunk.Length)
        {
            var part = chunk.AsSpan(0, Math.Min(chunk.Length, values.Length - done));
            ReadBytes(tensor, MemoryMarshal.AsBytes(part), tensor.Offset + 2L * done);
            widen(part, values.AsSpan(done, part.Length));
        }
    }

    // bf16 is the upper half of an f32.
    private static void WidenBrainFloats(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(destination);
        for (var i = 0; i < source.Length; i++)
            bits[i] = (uint)source[i] << 16;
    }

    private void ReadBytes(SafetensorsTensor tensor, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
                throw Refused(tensor, "the file ended while it was being read: it was changed meanwhile, try again");
            destination = destination[read..];
            offset += read;
        }
    }

    private EncoderException Refused(SafetensorsTensor tensor, string reason) =>
        new($"{Path}: tensor '{tensor.Name}': {reason}");

    private delegate void Widen<T>(ReadOnlySpan<T> source, Span<float> destination);
}
