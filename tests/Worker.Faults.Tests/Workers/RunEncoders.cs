using Worker.Encoders;
using Worker.Faults.Tests.Traffic;

namespace Worker.Faults.Tests.Workers;

/// <summary>
/// The two encoders of a run: a tiny one that costs almost nothing, and a real one with which windows take seconds.
/// </summary>
internal sealed record RunEncoders(string FastBundle, EncoderIdentity Fast, string SlowBundle, EncoderIdentity Slow)
{
    private const int TinyWidth = 48;
    private const int MiniLmWidth = 384;

    public static RunEncoders Import(string folder)
    {
        var fast = Path.Combine(folder, "fast");
        var slow = Path.Combine(folder, "slow");
        return new RunEncoders(
            fast, new(ModelFolder.Import(Repository.Golden("models", "bert-tiny"), fast).Hash, TinyWidth),
            slow, new(ModelFolder.Import(Repository.MiniLm, slow).Hash, MiniLmWidth));
    }
}
