namespace Worker.Core.Anomaly;

/// <summary>Tensors by name, one after the other in a block of bytes.</summary>
internal sealed class TensorTable
{
    private readonly SortedDictionary<string, TensorRecord> records = new(StringComparer.Ordinal);
    private readonly List<(TensorRecord Record, float[] Values)> added = [];
    private readonly byte[] block = [];

    /// <summary>An empty table to add to.</summary>
    public TensorTable()
    {
    }

    /// <summary>A table as read.</summary>
    public TensorTable(IReadOnlyDictionary<string, TensorRecord> records, byte[] block)
    {
        foreach (var (name, record) in records)
            this.records.Add(name, record);
        this.block = block;
    }

    public IReadOnlyDictionary<string, TensorRecord> Records => records;

    /// <summary>Bytes of all added tensors.</summary>
    public int Bytes { get; private set; }

    /// <summary>The values of a tensor, all finite.</summary>
    /// <exception cref="AnomalyRefusedException">There is none of that name, it is not within the block, or a value is
    /// not a number.</exception>
    public float[] this[string name]
    {
        get
        {
            if (!records.TryGetValue(name, out var record)
                || record is not
                {
                    Type: TensorBlock.Single or TensorBlock.Half, Offset: >= 0 and var offset,
                    Count: >= 0 and var count,
                })
                throw new AnomalyRefusedException(
                    $"the anomaly reference is damaged: tensor '{name}' is missing or not described");
            var bytes = (long)count * TensorBlock.Size(record.Type);
            if (offset + bytes > block.Length)
                throw new AnomalyRefusedException(
                    $"the anomaly reference is damaged: tensor '{name}' should end at byte {offset + bytes}, there " +
                    $"are {block.Length}");
            var values = TensorBlock.Read(block.AsSpan(offset, (int)bytes), record.Type);
            return Array.TrueForAll(values, float.IsFinite)
                ? values
                : throw new AnomalyRefusedException(
                    $"the anomaly reference is damaged: tensor '{name}' has a value that is not a finite number");
        }
    }

    public void Add(string name, float[] values, string type)
    {
        var record = new TensorRecord { Type = type, Offset = Bytes, Count = values.Length };
        records.Add(name, record);
        added.Add((record, values));
        Bytes += values.Length * TensorBlock.Size(type);
    }

    public void Write(Span<byte> target)
    {
        foreach (var (record, values) in added)
            TensorBlock.Write(values, record.Type!, target[record.Offset!.Value..]);
    }
}
