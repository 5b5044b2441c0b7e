namespace Worker.Core.Features;

/// <summary>An encoder's content hash (sha256, lower-case hex), in the form for people.</summary>
public static class EncoderHash
{
    private const int Shown = 12;

    /// <summary>The start of a hash, as much as people need.</summary>
    public static string Short(string hash) => hash.Length > Shown ? hash[..Shown] + "…" : hash;
}
