namespace Worker.Learning.Reading;

/// <summary>Lines of a stream as bytes, each as soon as it has arrived; blank lines are counted and skipped.</summary>
internal sealed class ByteLines(Stream stream)
{
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private bool finished;

    /// <summary>Number of the last line read, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line without its line break; null after the last one. Valid until the next call.</summary>
    public ReadOnlyMemory<byte>? Read()
    {
        // How far it was searched for a line break, so that a long line is not searched again with every block.
        var seen = 0;
        while (true)
        {
            var length = buffer.AsSpan(start + seen, end - start - seen).IndexOf((byte)'\n');
            if (length < 0 && !finished)
            {
                seen = end - start;
                Fill();
                continue;
            }
            if (length < 0 && start == end)
                return null;
            var whole = length < 0 ? end - start : seen + length;
            var line = buffer.AsMemory(start, whole);
            start += whole + (length < 0 ? 0 : 1);
            seen = 0;
            Number++;
            if (line.Span.ContainsAnyExcept(" \t\r"u8))
                return line.Span[^1] == (byte)'\r' ? line[..^1] : line;
        }
    }

    private void Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
        var read = stream.Read(buffer.AsSpan(end));
        finished = read == 0;
        end += read;
    }
}
