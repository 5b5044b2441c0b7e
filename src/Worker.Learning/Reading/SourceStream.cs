using System.IO.Compression;
using System.Text;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>
/// Opens a data file: unpacks gzip, detects the encoding, and refuses by name files that are not data.
/// </summary>
internal static class SourceStream
{
    /// <summary>Magic numbers of common files that are not supported.</summary>
    private static readonly (byte[] Start, string Name, string Advice)[] Refused =
    [
        ([0x50, 0x4B, 0x03, 0x04], "a zip file or an Excel workbook", "unpack it, or save the sheet as CSV"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook", "save the sheet as CSV"),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd", "unpack it first, or use gzip"),
        ([0x42, 0x5A, 0x68], "compressed with bzip2", "unpack it first, or use gzip"),
        ([0xFD, 0x37, 0x7A, 0x58], "compressed with xz", "unpack it first, or use gzip"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF", "export its texts as CSV or JSON lines"),
    ];

    /// <param name="stream">The bytes; disposed of with the result.</param>
    /// <param name="source">Its name in error messages.</param>
    /// <returns>UTF-8 without a byte order mark, not yet checked; or Parquet, and whether it is that.</returns>
    /// <exception cref="ExampleFormatException">Its kind is not supported.</exception>
    public static (PeekedStream Stream, bool IsParquet) Open(Stream stream, string source, Encoding? encoding)
    {
        var raw = new PeekedStream(stream);
        if (raw.Peek(4).StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            raw = new PeekedStream(new ConvertedStream(new GZipStream(raw, CompressionMode.Decompress), source));
        var start = raw.Peek(16);
        if (start.StartsWith("PAR1"u8))
            return (raw, true);
        foreach (var (magic, name, advice) in Refused)
            if (start.StartsWith(magic))
                throw new ExampleFormatException($"{source} is {name}: {advice}");
        var marked = Marked(start, out var mark);
        if (marked is null && encoding is null)
            return (raw, false);
        if (marked is not null)
            raw.Skip(mark);
        var coded = marked ?? encoding!;
        if (coded.CodePage == Encoding.UTF8.CodePage)
            return (raw, false);
        var text = Encoding.CreateTranscodingStream(raw, ReadingOptions.Strict(coded), Encoding.UTF8);
        return (new PeekedStream(new ConvertedStream(text, source)), false);
    }

    /// <summary>The encoding shown by a byte order mark, or by every other byte being 0; null for none.</summary>
    private static Encoding? Marked(ReadOnlySpan<byte> start, out int mark)
    {
        (Encoding? found, mark) = start switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, 0, 0, ..] => (Encoding.UTF32, 4),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            [not 0, 0, not 0, 0, ..] => (Encoding.Unicode, 0),
            [0, not 0, 0, not 0, ..] => (Encoding.BigEndianUnicode, 0),
            _ => ((Encoding?)null, 0),
        };
        return found;
    }
}
