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
        const int Tries = 30;
        var (stop, tries) = (TestContext.Current.CancellationToken, 0);
        var running = Task.Run(() => calls.Run(
            () => Interlocked.Increment(ref tries) < Tries
                ? throw new StoreAwayException("away", new IOException()) : heartbeat.StuckIn(Margin) ?? "not stuck",
            stop), stop);
        var began = clock.GetUtcNow();
        for (var seen = 0; !running.IsCompleted; seen = Volatile.Read(ref tries))
        {
            // A pause is 5 s at most. The clock goes on once for each try, or later where the try is slow, so that no
            // try itself lasts as long as a step may.
            var deadline = Environment.TickCount64 + 1000;
            while (Volatile.Read(ref tries) == seen && !running.IsCompleted && Environment.TickCount64 < deadline)
                await Task.Delay(1, stop);
            clock.Advance(TimeSpan.FromSeconds(10));
            Assert.Null(heartbeat.StuckIn(Margin));
        }
        // All tries together took longer than one step may.
        Assert.True(clock.GetUtcNow() - began > TimeSpan.FromSeconds(200), $"{clock.GetUtcNow() - began}");
        Assert.Equal(("not stuck", Tries), (await running, tries));
    }
}
