using System.Text;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>
/// Bytes that are unpacked or transcoded while reading; errors there are reported with the file's name, in words.
/// </summary>
internal sealed class ConvertedStream(Stream inner, string source) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return inner.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw new ExampleFormatException(
                $"{source} begins like gzip and cannot be unpacked: it is damaged or cut off");
        }
        catch (DecoderFallbackException wrong)
        {
            var bytes = string.Join(' ', (wrong.BytesUnknown ?? []).Select(unknown => $"0x{unknown:X2}"));
            throw new ExampleFormatException(
                $"{source} has bytes ({bytes}) that this encoding does not know: name another with --encoding");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
