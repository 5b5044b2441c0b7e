using Worker.Core.Messages;

namespace Worker.Core.Decisions;

/// <summary>Random numbers that depend on a message's identity alone: the same in every process.</summary>
public static class SourceDraw
{
    /// <summary>A number in [0, 1).</summary>
    /// <param name="key">Tells draws for different purposes apart.</param>
    /// <param name="source">The message.</param>
    public static double Of(ulong key, SourcePosition source)
    {
        var hash = TextHash.Mixed(key);
        foreach (var letter in source.Topic)
            hash = (hash ^ letter) * 0x100000001B3;
        hash = TextHash.Mixed(TextHash.Mixed(hash ^ (uint)source.Partition) ^ (ulong)source.Offset);
        return TextHash.Fraction(hash);
    }
}
