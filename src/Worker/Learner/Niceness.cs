using System.Runtime.InteropServices;

namespace Worker.Learner;

/// <summary>How much a thread yields the CPU. On Linux a thread that it starts inherits that.</summary>
internal static partial class Niceness
{
    /// <summary>PRIO_PROCESS: with 0 it is the calling thread on Linux.</summary>
    private const int Process = 0;

    /// <summary>Makes the calling thread yield; elsewhere than on Linux nothing happens.</summary>
    /// <param name="nice">0 to 19.</param>
    public static void Set(int nice)
    {
        if (OperatingSystem.IsLinux())
            _ = SetPriority(Process, 0, nice);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
