using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Worker.Core.Tokenization;

namespace Worker.Onnx.Safetensors;

/// <summary>
/// Reads and checks the header of a safetensors file: 8 bytes little-endian header length, a JSON object of
/// {name: {dtype, shape, data_offsets: [begin, end]}}, then the data that the offsets count from
/// (https://huggingface.co/docs/safetensors). The tensors must cover the data without gap or overlap.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The format's own limit on the header, in bytes.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    private static readonly FrozenDictionary<string, int> ElementBits = new Dictionary<string, int>(
        StringComparer.Ordinal)
    {
        ["F64"] = 64,
        ["F32"] = 32,
        ["F16"] = 16,
        ["BF16"] = 16,
        ["F8_E4M3"] = 8,
        ["F8_E5M2"] = 8,
        ["I64"] = 64,
        ["U64"] = 64,
        ["I32"] = 32,
        ["U32"] = 32,
        ["I16"] = 16,
        ["U16"] = 16,
        ["I8"] = 8,
        ["U8"] = 8,
        ["BOOL"] = 8,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>The tensors, by name.</returns>
    /// <exception cref="EncoderException">The header or an entry is wrong; the message names file and
    /// tensor.</exception>
    public static FrozenDictionary<string, SafetensorsTensor> Read(Stream file, string path)
    {
        Span<byte> start = stackalloc byte[FileStart.Bytes];
        if (FileStart.Problem(start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]) is { } problem)
            throw new EncoderException($"{path} {problem}");
        file.Position = 0;
        Span<byte> prefix = stackalloc byte[8];
        if (file.Length < prefix.Length)
            throw Refused(
                path, $"it has {file.Length} bytes, not even a header's length: the download broke off, fetch it " +
                    "again");
        file.ReadExactly(prefix);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes is < 2 or > MaxHeaderBytes)
            throw Refused(
                path, $"its header claims {headerBytes} bytes, allowed are 2 to {MaxHeaderBytes}: it is no " +
                    "safetensors file, or damaged");
        var dataStart = prefix.Length + (long)headerBytes;
        if (dataStart > file.Length)
            throw Refused(
                path, $"its header should end at byte {dataStart}, the file at {file.Length}: it is truncated, fetch " +
                    "it again");
        var header = new byte[headerBytes];
        file.ReadExactly(header);
        var tensors = Parse(header, path, dataStart);
        CheckCover(tensors, path, dataStart, file.Length);
        return tensors.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
    }

    private static List<SafetensorsTensor> Parse(byte[] header, string path, long dataStart)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException error)
        {
            throw new EncoderException(
                $"{path}: its header is not valid JSON ({error.Message}): it is not a safetensors file, or it is " +
                "damaged",
                error);
        }
        using (json)
        {
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw Refused(path, "its header is not a JSON object: it is not a safetensors file, or it is damaged");
            var tensors = new List<SafetensorsTensor>();
            foreach (var entry in json.RootElement.EnumerateObject())
                if (!entry.NameEquals("__metadata__"))
                    tensors.Add(ParseTensor(entry, path, dataStart));
            return tensors;
        }
    }

    private static SafetensorsTensor ParseTensor(JsonProperty entry, string path, long dataStart)
    {
        var name = entry.Name;
        if (entry.Value.ValueKind != JsonValueKind.Object
            || !entry.Value.TryGetProperty("dtype", out var dtypeValue) || dtypeValue.ValueKind != JsonValueKind.String
            || !entry.Value.TryGetProperty("shape", out var shapeValue) || Numbers(shapeValue) is not { } shape
            || !entry.Value.TryGetProperty("data_offsets", out var offsetsValue)
                || Numbers(offsetsValue) is not { Length: 2 } offsets)
            throw Refused(path, name, "its entry lacks a proper dtype, shape or data_offsets: the file is damaged");
        var dtype = dtypeValue.GetString()!;
        if (!ElementBits.TryGetValue(dtype, out var bits))
            throw Refused(path, name, $"its dtype '{dtype}' is unknown: save the checkpoint in F32, F16 or BF16");
        if (offsets[0] > offsets[1])
            throw Refused(
                path, name, $"its data_offsets [{offsets[0]}, {offsets[1]}] run backwards: the file is damaged");
        var bytes = Int128.One * bits / 8;
        foreach (var size in shape)
            bytes = Int128.Min(bytes * size, long.MaxValue);
        if (bytes != offsets[1] - offsets[0])
            throw Refused(
                path, name,
                $"shape {SafetensorsTensor.Describe(shape)} of {dtype} is {bytes} bytes, its data_offsets hold " +
                $"{offsets[1] - offsets[0]}: the file is damaged");
        return new SafetensorsTensor(name, dtype, shape, dataStart + offsets[0], (long)bytes);
    }

    private static ImmutableArray<long>? Numbers(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
            return null;
        var numbers = ImmutableArray.CreateBuilder<long>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            // Half the range: offsets are added to the header's length without overflow.
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number)
                || number is < 0 or > long.MaxValue / 2)
                return null;
            numbers.Add(number);
        }
        return numbers.ToImmutable();
    }

    private static void CheckCover(List<SafetensorsTensor> tensors, string path, long dataStart, long fileBytes)
    {
        var end = dataStart;
        SafetensorsTensor? before = null;
        foreach (var tensor in tensors.OrderBy(t => t.Offset).ThenBy(t => t.Bytes))
        {
            if (tensor.Offset + tensor.Bytes > fileBytes)
                throw Refused(
                    path, tensor.Name,
                    $"it should end at byte {tensor.Offset + tensor.Bytes}, the file at {fileBytes}: it is " +
                    "truncated, fetch it again");
            if (tensor.Offset < end)
                throw Refused(path, tensor.Name, $"its bytes overlap those of '{before?.Name}': the file is damaged");
            if (tensor.Offset > end)
                throw Refused(
                    path, tensor.Name,
                    $"{tensor.Offset - end} bytes before it belong to no tensor: the file is damaged");
            end = tensor.Offset + tensor.Bytes;
            before = tensor;
        }
        if (end != fileBytes)
            throw Refused(path, $"{fileBytes - end} bytes after the last tensor belong to none: the file is damaged");
    }

    private static EncoderException Refused(string path, string reason) => new($"{path}: {reason}");

    private static EncoderException Refused(string path, string tensor, string reason) =>
        new($"{path}: tensor '{tensor}': {reason}");
}
