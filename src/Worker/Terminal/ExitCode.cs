namespace Worker.Terminal;

/// <summary>Exit codes of the process; the values are those of sysexits.h where it has one.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Something failed at run time: bad data, a broken device, a missing topic.</summary>
    public const int Failed = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>
    /// Another worker took over this one's transactional identity: starting again would fence that one.
    /// </summary>
    public const int Fenced = 3;

    /// <summary>A bug: an unexpected error.</summary>
    public const int Bug = 70;

    /// <summary>The configuration is wrong; every problem was listed.</summary>
    public const int Configuration = 78;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
