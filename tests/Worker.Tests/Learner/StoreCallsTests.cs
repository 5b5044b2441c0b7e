using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Worker.Core.Health;
using Worker.Learner;
using Worker.Store.Database;

namespace Worker.Tests.Learner;

/// <summary>A call to the store that does not return is a stuck step; a store that is away is not.</summary>
public class StoreCallsTests
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(120);
    private readonly FakeTimeProvider clock = new();
    private readonly Heartbeat heartbeat;
    private readonly StoreCalls calls;

    public StoreCallsTests()
    {
        heartbeat = new Heartbeat("answers", clock);
        calls = new StoreCalls(new StoreRetry(NullLogger.Instance, clock), heartbeat);
    }

    [Fact]
    public void A_call_that_does_not_return_is_a_step_that_the_loop_is_stuck_in()
    {
        var (early, late) = calls.Run(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(179));
            var before = heartbeat.StuckIn(Margin);
            clock.Advance(TimeSpan.FromSeconds(2));
            return (before, heartbeat.StuckIn(Margin));
        }, TestContext.Current.CancellationToken);
        Assert.Null(early);
        Assert.StartsWith("stage 'answers' has been calling the store for 181 s", late, StringComparison.Ordinal);
        Assert.Null(heartbeat.StuckIn(Margin));
    }

    [Fact]
    public void Work_that_shows_its_progress_may_take_any_time()
    {
        var stuck = calls.RunLong("training", () =>
        {
            for (var pass = 0; pass < 100; pass++)
            {
                clock.Advance(TimeSpan.FromMinutes(14));
                heartbeat.Beat();
            }
            var during = heartbeat.StuckIn(Margin);
            clock.Advance(TimeSpan.FromMinutes(18));
            return (During: during, After: heartbeat.StuckIn(Margin));
        }, TestContext.Current.CancellationToken);
        Assert.Null(stuck.During);
        Assert.Contains("training for 1080 s", stuck.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pauses_while_the_store_is_away_are_no_steps()
    {
        var tries = 0;
        var running = Task.Run(() => calls.Run(
            () => Interlocked.Increment(ref tries) < 3 ? throw new StoreAwayException("away", new IOException()) : 7,
            TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        var deadline = Environment.TickCount64 + 20_000;
        while (!running.IsCompleted)
        {
            Assert.True(Environment.TickCount64 < deadline, $"after {tries} tries it does not end");
            // The pauses are of the clock's time: an hour is longer than any of them.
            clock.Advance(TimeSpan.FromHours(1));
            Assert.Null(heartbeat.StuckIn(Margin));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        Assert.Equal((7, 3), (await running, tries));
    }
}
