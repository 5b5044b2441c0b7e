using System.CommandLine;
using System.Diagnostics;
using Worker.Commands;

namespace Worker.Measuring;

/// <summary>
/// What a benchmark counts: the time that passes, or the processor time of this process divided by the processors,
/// which says more on a machine that is busy with other things.
/// </summary>
internal sealed class BenchClock(string name)
{
    /// <summary>Of <see cref="Option"/>.</summary>
    private const string Processors = "cpu";

    /// <summary>The time that passes.</summary>
    public static BenchClock Wall { get; } = new("wall");

    public static Option<string> Option() => CheckedOptions.Choice(
        "--clock", "Seconds that pass, or seconds of processor time divided by the processors", "wall", "wall",
        Processors);

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
