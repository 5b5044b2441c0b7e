namespace Worker.Learning.Reading;

/// <summary>Lines of a stream as bytes, each as soon as it has arrived; blank ones are counted and left out.</summary>
internal sealed class ByteLines(Stream stream)
{
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private bool finished;

    /// <summary>Of the line read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line without its end; null behind the last one. Good until the next call.</summary>
    public ReadOnlyMemory<byte>? Read()
    {
        // How far it was looked at for an end: a long line is not looked through anew with every block.
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
