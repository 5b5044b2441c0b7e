using System.CommandLine;
using System.Diagnostics;
using Worker.Commands;

namespace Worker.Bench;

/// <summary>What a benchmark counts: the time that passes, or the processor time of this process.</summary>
internal static class BenchClock
{
    /// <summary>Processor time says more on a machine that is busy with other things.</summary>
    public static Option<string> Option() => CheckedOptions.Choice(
        "--clock", "Seconds that pass, or seconds of processor time divided by the threads", "wall", "wall", "cpu");

    /// <summary>Seconds that some work takes.</summary>
    /// <param name="clock">wall or cpu.</param>
    /// <param name="threads">Threads that work; processor time is divided by them.</param>
    public static double Seconds(string clock, int threads, Action work)
    {
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        work();
        return clock == "cpu"
            ? (Environment.CpuUsage.TotalTime - before).TotalSeconds / threads : watch.Elapsed.TotalSeconds;
    }
}
