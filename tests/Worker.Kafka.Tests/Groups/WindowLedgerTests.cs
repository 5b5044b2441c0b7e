using Confluent.Kafka;
using Worker.Kafka.Groups;

namespace Worker.Kafka.Tests.Groups;

public sealed class WindowLedgerTests
{
    private static readonly TopicPartition Partition = new("t", 0);
    private readonly WindowLedger ledger = new(TimeProvider.System);

    [Fact]
    public void Reading_resumes_behind_the_last_window_settled()
    {
        Assert.Null(ledger.ResumeAt(Partition));
        var first = HandOut(10, 20);
        var second = HandOut(20, 30);
        Assert.Equal(10, ledger.ResumeAt(Partition));
        Assert.True(ledger.TryBegin(first));
        ledger.Settle(first);
        Assert.Equal(20, ledger.ResumeAt(Partition));
        Assert.True(ledger.TryBegin(second));
        ledger.Abandon();
        Assert.Equal(20, ledger.ResumeAt(Partition));
        Assert.True(second.IsStale);
        ledger.Forget(Partition);
        Assert.Null(ledger.ResumeAt(Partition));
    }

    [Fact]
    public void What_was_taken_and_never_handed_out_is_read_again_too()
    {
        var window = Window(5, 9);
        ledger.Abandon();
        Assert.False(ledger.TryHandOut(window));
        Assert.Equal(5, ledger.ResumeAt(Partition));
        ledger.Unread(Partition, 9);
        Assert.Equal(5, ledger.ResumeAt(Partition));
    }

    [Fact]
    public void An_abandoned_window_cannot_be_published()
    {
        var window = HandOut(0, 1);
        ledger.Abandon();
        Assert.False(ledger.TryBegin(window));
        Assert.Equal(0, ledger.InFlight);
        Assert.True(ledger.TryBegin(HandOut(0, 1)));
    }

    [Fact]
    public void A_returned_window_is_still_in_flight_and_can_be_published_again()
    {
        var window = HandOut(0, 1);
        Assert.True(ledger.TryBegin(window));
        ledger.Return();
        Assert.Equal(1, ledger.InFlight);
        Assert.True(ledger.TryBegin(window));
        ledger.Settle(window);
        Assert.True(ledger.Drain(TimeSpan.Zero));
    }

    [Fact]
    public async Task Draining_waits_for_the_windows_in_flight()
    {
        var window = HandOut(0, 1);
        var drain = Task.Run(() => ledger.Drain(TimeSpan.FromSeconds(20)));
        Assert.NotSame(drain, await Task.WhenAny(drain, Task.Delay(100, TestContext.Current.CancellationToken)));
        Assert.True(ledger.TryBegin(window));
        ledger.Settle(window);
        Assert.True(await drain.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(0, ledger.Epoch);
    }

    [Fact]
    public async Task Past_its_bound_draining_abandons_all_but_the_window_being_published()
    {
        var first = HandOut(0, 1);
        var second = HandOut(1, 2);
        Assert.True(ledger.TryBegin(first));
        var drain = Task.Run(() => ledger.Drain(TimeSpan.FromMilliseconds(50)));
        Assert.NotSame(drain, await Task.WhenAny(drain, Task.Delay(300, TestContext.Current.CancellationToken)));
        ledger.Settle(first);
        // Whichever thread is faster, the second one does not get in between.
        Assert.False(ledger.TryBegin(second));
        Assert.False(await drain.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(1, ledger.ResumeAt(Partition));
        Assert.Equal(1, ledger.Epoch);
    }

    [Fact]
    public async Task Once_nobody_publishes_draining_waits_for_nothing()
    {
        var window = HandOut(0, 1);
        var drain = Task.Run(() => ledger.Drain(TimeSpan.FromSeconds(60)));
        Assert.NotSame(drain, await Task.WhenAny(drain, Task.Delay(100, TestContext.Current.CancellationToken)));
        ledger.Halt();
        Assert.False(await drain.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.True(window.IsStale);
    }

    [Fact]
    public async Task Draining_waits_for_a_recovery_and_what_was_read_meanwhile_is_stale()
    {
        Assert.True(ledger.TryBegin(HandOut(0, 1)));
        ledger.BeginRecovery();
        ledger.Learn([], askedInEpoch: ledger.Epoch);
        Assert.False(ledger.AreOffsetsUnknown);
        var again = HandOut(0, 1);
        var drain = Task.Run(() => ledger.Drain(TimeSpan.FromSeconds(60)));
        Assert.NotSame(drain, await Task.WhenAny(drain, Task.Delay(100, TestContext.Current.CancellationToken)));

        ledger.EndRecovery();
        Assert.True(await drain.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.False(ledger.TryBegin(again));
        Assert.True(ledger.AreOffsetsUnknown);
    }

    private SourceWindow HandOut(long first, long next)
    {
        var window = Window(first, next);
        Assert.True(ledger.TryHandOut(window));
        return window;
    }

    private SourceWindow Window(long first, long next) =>
        new([], [new OffsetRange("t", 0, first, next)], 0, ledger.Epoch, ledger);
}
