namespace Worker.Core.Features;

/// <summary>An encoder's content hash (sha256, lower-case hex), as people see it.</summary>
public static class EncoderHash
{
    private const int Shown = 12;

    /// <summary>The start of a hash, as far as people need it.</summary>
    public static string Short(string hash) => hash.Length > Shown ? hash[..Shown] + "…" : hash;
}
