namespace Worker.Learning.Reading;

/// <summary>A stream whose beginning can be looked at before it is read. Owns the stream below.</summary>
internal sealed class PeekedStream(Stream inner) : ReadOnlyStream
{
    private byte[] start = [];
    private int begin;
    private int end;
    private bool finished;

    /// <summary>Bytes that were looked at but not yet read.</summary>
    public ReadOnlySpan<byte> Start => start.AsSpan(begin, end - begin);

    /// <summary>
    /// Looks at a number of first bytes, or fewer if the stream or a line ends. So somebody who types, or sends a line
    /// and waits for its answer, is not kept waiting for a second line.
    /// </summary>
    public ReadOnlySpan<byte> Peek(int bytes) => Peek(seen => seen.Length >= bytes || seen.Contains((byte)'\n'));

    /// <summary>Keeps looking until there is a line that is not blank, the stream ends, or 64 KiB were read.</summary>
    public ReadOnlySpan<byte> PeekLine() => Peek(seen =>
        seen.Length >= 1 << 16 || seen.TrimStart(" \t\r\n"u8).Contains((byte)'\n'));

    /// <summary>Skips bytes that were looked at.</summary>
    public void Skip(int bytes) => begin += bytes;

    public override int Read(Span<byte> buffer)
    {
        if (begin == end)
            return finished ? 0 : inner.Read(buffer);
        var count = Math.Min(buffer.Length, end - begin);
        start.AsSpan(begin, count).CopyTo(buffer);
        begin += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private ReadOnlySpan<byte> Peek(Func<ReadOnlySpan<byte>, bool> enough)
    {
        while (!finished && !enough(Start))
        {
            if (end == start.Length)
                Array.Resize(ref start, Math.Max(1 << 12, start.Length * 2));
            var read = inner.Read(start.AsSpan(end));
            finished = read == 0;
            end += read;
        }
        return Start;
    }
}

/// <summary>The members that every read-only stream must have.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public abstract override int Read(Span<byte> buffer);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
