using System.Diagnostics;

namespace Worker.Measuring;

/// <summary>
/// What a benchmark counts: the time that passes, or the processor time of this process divided by the processors,
/// which says more on a machine that is busy with other things.
/// </summary>
/// <param name="name"><see cref="Passing"/> or <see cref="Processors"/>.</param>
internal sealed class BenchClock(string name)
{
    public const string Passing = "wall";

    public const string Processors = "cpu";

    /// <summary>The time that passes.</summary>
    public static BenchClock Wall { get; } = new(Passing);

    /// <summary>What the seconds that count are a part of: processors, or 1.</summary>
    public int Share => name == Processors ? Environment.ProcessorCount : 1;

    /// <summary>Seconds since some moment.</summary>
    public double Now => name == Processors
        ? Environment.CpuUsage.TotalTime.TotalSeconds / Share
        : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    /// <summary>Seconds that some work takes.</summary>
    public double Seconds(Action work)
    {
        var from = Now;
        work();
        return Now - from;
    }
}
