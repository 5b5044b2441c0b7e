using System.Runtime.InteropServices;

namespace Worker.Faults.Tests.Workers;

/// <summary>POSIX signals by number, as on Linux.</summary>
internal enum Signal
{
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static partial class Signals
{
    /// <summary>Sends a signal; false if the process is gone.</summary>
    public static bool Send(int pid, Signal signal) => Kill(pid, (int)signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
