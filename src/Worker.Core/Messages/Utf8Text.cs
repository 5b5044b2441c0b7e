namespace Worker.Core.Messages;

/// <summary>Cuts UTF-8 between characters.</summary>
public static class Utf8Text
{
    /// <summary>The start of a text: at most a number of bytes, without splitting a character.</summary>
    public static ReadOnlySpan<byte> Start(ReadOnlySpan<byte> text, int bytes)
    {
        if (text.Length <= bytes)
            return text;
        while (bytes > 0 && (text[bytes] & 0xC0) == 0x80)
            bytes--;
        return text[..bytes];
    }
}
