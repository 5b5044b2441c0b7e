namespace Worker.Terminal;

/// <summary>
/// Lines of a stream as bytes: waits for one line, then returns the others that have arrived without waiting. Empty
/// lines are skipped.
/// </summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private bool finished;

    /// <summary>The next line, or null at the end of the stream.</summary>
    public async ValueTask<byte[]?> Read(CancellationToken stop)
    {
        while (true)
        {
            if (TryRead(out var line))
                return line;
            if (finished)
                return null;
            MakeRoom();
            var read = await stream.ReadAsync(buffer.AsMemory(end), stop);
            finished = read == 0;
            end += read;
        }
    }

    /// <summary>The next line, if all of it has arrived.</summary>
    public bool TryRead(out byte[] line)
    {
        while (start < end)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length < 0 && !finished)
                break;
            var whole = buffer.AsSpan(start, length < 0 ? end - start : length);
            start += whole.Length + (length < 0 ? 0 : 1);
            whole = whole.TrimEnd((byte)'\r');
            if (whole.ContainsAnyExcept(" \t"u8))
            {
                line = whole.ToArray();
                return true;
            }
        }
        line = [];
        return false;
    }

    public void Dispose() => stream.Dispose();

    private void MakeRoom()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }
        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
    }
}
