using System.Runtime.CompilerServices;

namespace Worker.Core.Numerics;

/// <summary>Zeroed floats at a fixed address that starts a cache line, for kernels that work on pointers.</summary>
internal sealed unsafe class PinnedFloats
{
    private const int CacheLine = 64;
    private readonly float[] memory;
    private readonly int offset;

    public PinnedFloats(long length)
    {
        Length = checked((int)length);
        // The pinned heap never moves the array, so the address stays good for as long as this object is held.
        memory = GC.AllocateArray<float>(Length + CacheLine / sizeof(float), pinned: true);
        var start = (nint)Unsafe.AsPointer(ref memory[0]);
        offset = (int)(-start & (CacheLine - 1)) / sizeof(float);
    }

    public int Length { get; }

    public float* Pointer => (float*)Unsafe.AsPointer(ref memory[offset]);

    public Span<float> Span => memory.AsSpan(offset, Length);
}
