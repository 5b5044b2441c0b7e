namespace Worker.Learning.Fitting;

/// <summary>
/// The parts into which rows are cut for threads. They depend only on the number of rows, and partial sums are added in
/// the order of the chunks, so a sum has the same bits on one thread as on many.
/// </summary>
/// <param name="Rows">All rows.</param>
internal readonly record struct RowChunks(int Rows)
{
    private const int MinimumRows = 192;
    private const int MaximumCount = 32;

    /// <summary>How many chunks; at least 1.</summary>
    public int Count => Math.Clamp(Rows / MinimumRows, 1, MaximumCount);

    /// <summary>First row of a chunk; the one after its last is the start of the next.</summary>
    public int Start(int chunk) => (int)((long)Rows * chunk / Count);
}
