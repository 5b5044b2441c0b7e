using Confluent.Kafka;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Reading;

public sealed class WindowLedgerTests
{
    private static readonly TopicPartition Partition = new("t", 0);
    private readonly WindowLedger _ledger = new();

    [Fact]
    public void Reading_resumes_behind_the_last_window_settled()
    {
        Assert.Null(_ledger.ResumeAt(Partition));
        var first = HandOut(10, 20);
        var second = HandOut(20, 30);
        Assert.Equal(10, _ledger.ResumeAt(Partition));
        Assert.True(_ledger.TryBegin(first));
        _ledger.Settle(first);
        Assert.Equal(20, _ledger.ResumeAt(Partition));
        Assert.True(_ledger.TryBegin(second));
        _ledger.Abandon();
        Assert.Equal(20, _ledger.ResumeAt(Partition));
        Assert.True(second.IsStale);
        _ledger.Forget(Partition);
        Assert.Null(_ledger.ResumeAt(Partition));
    }

    [Fact]
    public void What_was_taken_and_never_handed_out_is_read_again_too()
    {
        var window = Window(5, 9);
        _ledger.Abandon();
        Assert.False(_ledger.TryHandOut(window));
        Assert.Equal(5, _ledger.ResumeAt(Partition));
        _ledger.Unread(Partition, 9);
        Assert.Equal(5, _ledger.ResumeAt(Partition));
    }

    [Fact]
    public void An_abandoned_window_cannot_be_published()
    {
        var window = HandOut(0, 1);
        _ledger.Abandon();
        Assert.False(_ledger.TryBegin(window));
        Assert.Equal(0, _ledger.InFlight);
        Assert.True(_ledger.TryBegin(HandOut(0, 1)));
    }

    [Fact]
    public void A_returned_window_is_still_in_flight_and_can_be_published_again()
    {
        var window = HandOut(0, 1);
        Assert.True(_ledger.TryBegin(window));
        _ledger.Return();
        Assert.Equal(1, _ledger.InFlight);
        Assert.True(_ledger.TryBegin(window));
        _ledger.Settle(window);
        Assert.True(_ledger.Drain(TimeSpan.Zero));
    }

    [Fact]
    public async Task Draining_waits_for_the_windows_in_flight()
    {
        var window = HandOut(0, 1);
        var drain = Task.Run(() => _ledger.Drain(TimeSpan.FromSeconds(20)));
        Assert.NotSame(drain, await Task.WhenAny(drain, Task.Delay(100, TestContext.Current.CancellationToken)));
        Assert.True(_ledger.TryBegin(window));
        _ledger.Settle(window);
        Assert.True(await drain.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(0, _ledger.Epoch);
    }

    [Fact]
    public async Task Past_its_bound_draining_abandons_all_but_the_window_being_published()
    {
        var first = HandOut(0, 1);
        var second = HandOut(1, 2);
        Assert.True(_ledger.TryBegin(first));
        var drain = Task.Run(() => _ledger.Drain(TimeSpan.FromMilliseconds(50)));
        Assert.NotSame(drain, await Task.WhenAny(drain, Task.Delay(300, TestContext.Current.CancellationToken)));
        _ledger.Settle(first);
        // Whichever thread is faster: the second does not get in between.
        Assert.False(_ledger.TryBegin(second));
        Assert.False(await drain.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(1, _ledger.ResumeAt(Partition));
        Assert.Equal(1, _ledger.Epoch);
    }

    private SourceWindow HandOut(long first, long next)
    {
        var window = Window(first, next);
        Assert.True(_ledger.TryHandOut(window));
        return window;
    }

    private SourceWindow Window(long first, long next) => new([], [new OffsetRange("t", 0, first, next)], 0, _ledger.Epoch, _ledger);
}
