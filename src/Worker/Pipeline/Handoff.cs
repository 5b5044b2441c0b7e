using System.Threading.Channels;

namespace Worker.Pipeline;

/// <summary>
/// Hands items from one stage's thread to the next: a channel of capacity 1, so a slow taker slows the giver down. One
/// giver, one taker; both are threads that may block.
/// </summary>
internal sealed class Handoff<T>
    where T : class
{
    private static readonly TimeSpan IdlePeriod = TimeSpan.FromSeconds(1);

    private readonly Channel<T> channel =
        Channel.CreateBounded<T>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });

    /// <summary>Gives an item; the task ends when there was room for it.</summary>
    public Task Offer(T item, CancellationToken failed) => channel.Writer.WriteAsync(item, failed).AsTask();

    /// <summary>Gives an item; blocks until there is room for it.</summary>
    /// <exception cref="OperationCanceledException">Another stage failed.</exception>
    public void Give(T item, CancellationToken failed) => Offer(item, failed).GetAwaiter().GetResult();

    /// <summary>Signals that no more items come.</summary>
    public void Complete() => channel.Writer.Complete();

    /// <summary>Takes the next item; blocks until there is one. Null at the end.</summary>
    /// <param name="failed">Cancelled when another stage failed.</param>
    /// <param name="idle">Called each second while nothing comes.</param>
    /// <exception cref="OperationCanceledException">Another stage failed.</exception>
    public T? Take(CancellationToken failed, Action? idle = null)
    {
        while (true)
        {
            if (channel.Reader.TryRead(out var item))
                return item;
            var waiting = channel.Reader.WaitToReadAsync(failed).AsTask();
            while (idle is not null && Task.WaitAny([waiting], IdlePeriod) < 0)
                idle();
            if (!waiting.GetAwaiter().GetResult())
                return null;
        }
    }
}
