using System.Numerics.Tensors;

namespace Worker.Review.Similar;

/// <summary>
/// Unit vectors by id, and which of them are most like another one: every one is compared (exact cosine). One caller
/// at a time.
/// </summary>
/// <param name="width">Floats of a vector.</param>
internal sealed class VectorTable(int width)
{
    /// <summary>Fewer vectors are compared faster by one thread than handed out.</summary>
    private const int ParallelFrom = 20_000;

    private const int Block = 4096;

    private readonly Dictionary<long, int> places = [];
    private long[] ids = [];
    private float[] values = [];
    private float[] cosines = [];

    public int Count { get; private set; }

    /// <summary>Adds a vector, or replaces it. One that has no direction (zeros, NaN) is left out.</summary>
    /// <param name="vector">[width], of any length.</param>
    public void Set(long id, ReadOnlySpan<float> vector)
    {
        var length = TensorPrimitives.Norm(vector);
        if (!float.IsFinite(length) || length <= 0)
            return;
        if (!places.TryGetValue(id, out var place))
        {
            Grow();
            (place, ids[Count]) = (Count, id);
            places[id] = Count++;
        }
        TensorPrimitives.Divide(vector, length, Row(place));
    }

    public bool Contains(long id) => places.ContainsKey(id);

    /// <summary>Takes a vector out.</summary>
    public void Remove(long id)
    {
        if (!places.Remove(id, out var place))
            return;
        Count--;
        if (place == Count)
            return;
        Row(Count).CopyTo(Row(place));
        ids[place] = ids[Count];
        places[ids[place]] = place;
    }

    /// <summary>The most similar ones, most similar first; the lower id first where two are equally similar.</summary>
    /// <param name="vector">[width], of any length but zero.</param>
    public (long Id, float Cosine)[] Nearest(ReadOnlySpan<float> vector, int maximum)
    {
        var unit = new float[width];
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), unit);
        if (cosines.Length < Count)
            cosines = new float[ids.Length];
        var blocks = (Count + Block - 1) / Block;
        if (Count < ParallelFrom)
            for (var block = 0; block < blocks; block++)
                Compare(block, unit);
        else
            Parallel.For(0, blocks, block => Compare(block, unit));
        var best = new PriorityQueue<int, (float, long)>();
        for (var place = 0; place < Count; place++)
        {
            // The worst of the best is at the head.
            if (best.Count < maximum)
                best.Enqueue(place, (cosines[place], -ids[place]));
            else if (best.TryPeek(out _, out var worst) && (cosines[place], -ids[place]).CompareTo(worst) > 0)
                best.DequeueEnqueue(place, (cosines[place], -ids[place]));
        }
        var found = new (long, float)[best.Count];
        for (var i = found.Length - 1; i >= 0; i--)
            found[i] = best.Dequeue() is var place ? (ids[place], cosines[place]) : default;
        return found;
    }

    private Span<float> Row(int place) => values.AsSpan(place * width, width);

    private void Compare(int block, float[] unit)
    {
        var end = Math.Min(Count, (block + 1) * Block);
        for (var place = block * Block; place < end; place++)
            cosines[place] = TensorPrimitives.Dot(Row(place), unit);
    }

    private void Grow()
    {
        if (Count < ids.Length)
            return;
        var room = Math.Max(256, 2 * ids.Length);
        Array.Resize(ref ids, room);
        Array.Resize(ref values, checked(room * width));
    }
}
