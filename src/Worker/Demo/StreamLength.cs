namespace Worker.Demo;

/// <summary>
/// How many messages are streamed: the number asked for, or as many as this machine classifies in about half a minute
/// at the speed of the first seconds.
/// </summary>
/// <param name="asked">The number asked for; null to find out.</param>
internal sealed class StreamLength(int? asked, TimeProvider clock)
{
    public const int Maximum = 10_000;
    public const int Minimum = 500;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(30);
    private volatile int total = asked ?? 0;

    /// <summary>Null until it is known; any thread.</summary>
    public int? Total => total is 0 ? null : total;

    /// <summary>Watches the first few seconds of the stream, unless a number was asked for.</summary>
    /// <param name="answered">Results seen so far.</param>
    public async Task FindOut(Func<int> answered, CancellationToken stop)
    {
        if (asked is not null)
            return;
        var (from, start) = (answered(), clock.GetTimestamp());
        await Task.Delay(Look, clock, stop);
        var rate = (answered() - from) / clock.GetElapsedTime(start).TotalSeconds;
        total = Math.Clamp((int)(rate * Whole.TotalSeconds / 100) * 100, Minimum, Maximum);
    }
}
