using System.Diagnostics;

namespace Worker.Demo;

/// <summary>
/// Shows progress of the stream once a second: rewritten in place on a terminal, one line each time in a pipe.
/// </summary>
internal sealed class LiveLine : IDisposable
{
    private readonly ResultsWatcher watcher;
    private readonly MessageStream stream;
    private readonly StreamLength messages;
    private readonly int from;
    private readonly Timer timer;
    private readonly Lock gate = new();
    private readonly bool terminal = !Console.IsOutputRedirected;
    private long last = Stopwatch.GetTimestamp();
    private int lastCount;

    public LiveLine(ResultsWatcher watcher, MessageStream stream, StreamLength messages)
    {
        this.watcher = watcher;
        this.stream = stream;
        this.messages = messages;
        from = lastCount = watcher.Count;
        timer = new Timer(_ => Show(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(terminal ? 0.5 : 2));
    }

    /// <summary>Writes a line that stays.</summary>
    public void Note(string text)
    {
        lock (gate)
            Console.WriteLine(terminal ? "\r" + text.PadRight(79) : text);
    }

    public void Dispose()
    {
        using var done = new ManualResetEvent(false);
        timer.Dispose(done);
        done.WaitOne();
        Show();
        if (terminal)
            Console.WriteLine();
    }

    private void Show()
    {
        lock (gate)
        {
            var now = Stopwatch.GetTimestamp();
            var count = watcher.Count;
            var rate = (count - lastCount) / Math.Max(Stopwatch.GetElapsedTime(last, now).TotalSeconds, 1e-3);
            (last, lastCount) = (now, count);
            var line =
                $"{count - from,7:N0} {(messages.Total is { } total ? $"of {total:N0} " : "")}classified  " +
                $"{rate,6:N0} messages/s  {stream.Published - count,5:N0} waiting";
            if (terminal)
                Console.Write("\r" + line.PadRight(79));
            else
                Console.WriteLine(line);
        }
    }
}
