using System.CommandLine;
using Worker.Measuring;

namespace Worker.Commands;

/// <summary>Which time a benchmark counts.</summary>
internal static class ClockOption
{
    public static Option<string> Create() => CheckedOptions.Choice(
        "--clock", "Seconds that pass, or seconds of processor time divided by the processors", BenchClock.Passing,
        BenchClock.Passing, BenchClock.Processors);
}
