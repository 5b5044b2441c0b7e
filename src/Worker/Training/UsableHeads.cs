using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Learning.Saving;
using Worker.Terminal;

namespace Worker.Training;

/// <summary>Heads of a file that belong to an encoder; the others are named on standard error and left out.</summary>
internal static class UsableHeads
{
    /// <param name="path">A heads file.</param>
    /// <param name="encoder">The encoder's hash.</param>
    /// <exception cref="FormatException">It is not a heads file.</exception>
    public static IReadOnlyList<Head> Read(string path, string encoder)
    {
        var heads = HeadFile.Read(path);
        var foreign = heads.Where(head => head.Encoder != encoder).ToArray();
        if (foreign.Length > 0)
            Remarks.Write(
                $"{path}: {foreign.Length} of {heads.Count} heads are for another encoder " +
                $"({EncoderHash.Short(foreign[0].Encoder)}, this one is {EncoderHash.Short(encoder)}) and are left " +
                $"out, the first is '{foreign[0].Label}': name heads of this encoder, or that encoder with --model");
        return [.. heads.Except(foreign)];
    }
}
