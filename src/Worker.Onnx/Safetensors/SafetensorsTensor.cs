using System.Collections.Immutable;

namespace Worker.Onnx.Safetensors;

/// <summary>Where a tensor is in a safetensors file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Dtype">Element type as the file writes it, e.g. <c>F32</c>, <c>F16</c>, <c>BF16</c>,
/// <c>I64</c>.</param>
/// <param name="Shape">Dimensions; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="Bytes">How many bytes.</param>
internal sealed record SafetensorsTensor(string Name, string Dtype, ImmutableArray<long> Shape, long Offset, long Bytes)
{
    /// <summary>How many elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The shape as people write it, e.g. [384, 1536].</summary>
    public string ShapeText => Describe(Shape);

    internal static string Describe(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
