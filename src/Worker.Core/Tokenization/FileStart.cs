namespace Worker.Core.Tokenization;

/// <summary>Recognises by a file's first bytes that it is not what its name says.</summary>
public static class FileStart
{
    /// <summary>How many bytes are enough for that.</summary>
    public const int Bytes = 64;

    /// <summary>
    /// What is wrong and what to do, as a predicate, e.g. "is UTF-16: ..."; null if nothing is wrong.
    /// </summary>
    /// <param name="start">The file, or its first <see cref="Bytes"/> bytes.</param>
    public static string? Problem(ReadOnlySpan<byte> start) =>
        start.StartsWith("version https://git-lfs.github.com/"u8)
            ? "is a git LFS pointer, not the file itself: fetch it with 'git lfs pull', or download it"
            : start switch
            {
                [0xEF, 0xBB, 0xBF, ..] => "begins with a byte order mark (BOM): save it as UTF-8 without one",
                [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "is UTF-16: save it as UTF-8 without a byte order mark (BOM)",
                _ => null,
            };
}
