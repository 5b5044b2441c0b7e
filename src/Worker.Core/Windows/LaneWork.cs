using System.Runtime.ExceptionServices;

namespace Worker.Core.Windows;

/// <summary>
/// Numbered work that lanes take from one counter: the calling thread is the first lane, threads of the pool are the
/// others. A pool thread that comes when all is done does nothing, so that the caller never waits for a busy pool.
/// </summary>
/// <param name="count">How many pieces of work there are.</param>
/// <param name="work">Gets the lane and the piece's number.</param>
internal sealed class LaneWork(int count, Action<int, int> work)
{
    private readonly object gate = new();
    private int next = -1;
    private int inside;
    private bool isClosed;
    private ExceptionDispatchInfo? failure;

    /// <summary>Does all of it, and returns when no lane works any more.</summary>
    /// <param name="lanes">At most so many at a time, at least 1.</param>
    /// <exception cref="Exception">What the first piece that failed threw; pieces not begun by then are left out.
    /// </exception>
    public void Run(int lanes)
    {
        for (var lane = 1; lane < Math.Min(lanes, count); lane++)
            ThreadPool.UnsafeQueueUserWorkItem(Help, lane, preferLocal: false);
        Take(0);
        lock (gate)
        {
            isClosed = true;
            while (inside > 0)
                Monitor.Wait(gate);
        }
        failure?.Throw();
    }

    private void Help(int lane)
    {
        lock (gate)
        {
            if (isClosed)
                return;
            inside++;
        }
        Take(lane);
        lock (gate)
        {
            inside--;
            Monitor.Pulse(gate);
        }
    }

    private void Take(int lane)
    {
        try
        {
            while (Volatile.Read(ref failure) is null && Interlocked.Increment(ref next) is var piece && piece < count)
                work(lane, piece);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }
}
