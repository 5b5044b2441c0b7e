using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>
/// Passes UTF-8 through and stops, with the line, at bytes that are not UTF-8, because a replacement character in a
/// label or a text is damage that nobody sees. Bytes before them are passed through first.
/// </summary>
internal sealed class Utf8Guard(Stream inner, string source) : ReadOnlyStream
{
    private readonly byte[] block = new byte[1 << 16];
    private int begin;

    // Whole characters up to here; then the beginning of one.
    private int valid;
    private int end;
    private bool finished;
    private long line = 1;
    private string? problem;

    public override int Read(Span<byte> buffer)
    {
        while (begin == valid)
        {
            if (problem is not null)
                throw new ExampleFormatException(problem);
            if (finished)
                return 0;
            Fill();
        }
        var count = Math.Min(buffer.Length, valid - begin);
        block.AsSpan(begin, count).CopyTo(buffer);
        begin += count;
        return count;
    }

    /// <summary>The message about a line that is not UTF-8.</summary>
    public static string Problem(string source, long line, ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == OperationStatus.Done)
            at += length;
        return Problem(source, line, at < bytes.Length ? bytes[at] : (byte)0);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private static string Problem(string source, long line, byte wrong) =>
        $"{source}, line {line}: is not UTF-8 (byte 0x{wrong:X2}): name its encoding, e.g. --encoding windows-1252" +
        " for a file from Windows, or save it as UTF-8";

    private void Fill()
    {
        var kept = end - valid;
        block.AsSpan(valid, kept).CopyTo(block);
        var read = inner.Read(block.AsSpan(kept));
        finished = read == 0;
        (begin, end) = (0, kept + read);
        valid = ValidLength(block.AsSpan(0, end), finished, out var broken);
        line += block.AsSpan(0, valid).Count((byte)'\n');
        if (broken)
            problem = Problem(source, line, block[valid]);
    }

    /// <summary>Bytes of whole characters.</summary>
    /// <param name="ended">Whether nothing follows the block.</param>
    /// <param name="broken">Whether the bytes after them are not a character.</param>
    private static int ValidLength(ReadOnlySpan<byte> block, bool ended, out bool broken)
    {
        broken = false;
        if (Utf8.IsValid(block))
            return block.Length;
        var whole = block.Length - Incomplete(block);
        if (!ended && whole < block.Length && Utf8.IsValid(block[..whole]))
            return whole;
        broken = true;
        whole = 0;
        while (Rune.DecodeFromUtf8(block[whole..], out _, out var length) == OperationStatus.Done)
            whole += length;
        return whole;
    }

    /// <summary>Bytes at the end of a block that are the beginning of a character.</summary>
    private static int Incomplete(ReadOnlySpan<byte> block)
    {
        for (var length = 1; length <= Math.Min(3, block.Length); length++)
            if (Rune.DecodeFromUtf8(block[^length..], out _, out _) == OperationStatus.NeedMoreData)
                return length;
        return 0;
    }
}
