using System.Runtime.InteropServices;

namespace Worker.Onnx.Sessions;

/// <summary>
/// Unmanaged memory that is reused from call to call and only grows; its address is stable between growths.
/// </summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable where T : unmanaged
{
    /// <summary>A cache line, and the widest vector register.</summary>
    private const nuint Alignment = 64;

    private T* pointer;
    private int capacity;

    /// <summary>The buffer's first elements, which still hold old values.</summary>
    public Span<T> Take(int count)
    {
        if (count > capacity)
        {
            NativeMemory.AlignedFree(pointer);
            pointer = null;
            capacity = 0;
            var rounded = (int)Math.Min(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count), int.MaxValue);
            pointer = (T*)NativeMemory.AlignedAlloc((nuint)rounded * (nuint)sizeof(T), Alignment);
            capacity = rounded;
        }
        return new Span<T>(pointer, count);
    }

    public nint Address => (nint)pointer;

    public void Dispose()
    {
        NativeMemory.AlignedFree(pointer);
        pointer = null;
        capacity = 0;
    }
}
