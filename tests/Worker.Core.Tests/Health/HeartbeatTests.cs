using Microsoft.Extensions.Time.Testing;
using Worker.Core.Health;

namespace Worker.Core.Tests.Health;

public sealed class HeartbeatTests
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void A_thread_at_rest_is_never_stuck()
    {
        var heartbeat = new Heartbeat("read", clock);
        Pass(1_000_000);
        Assert.Null(heartbeat.StuckIn(Margin));
        using var step = heartbeat.Enter("polling", TimeSpan.Zero);
        using (heartbeat.Rest())
        {
            Pass(1_000_000);
            heartbeat.Beat();
            Assert.Null(heartbeat.StuckIn(Margin));
        }
        // Back in the step, from now.
        Pass(5);
        Assert.Null(heartbeat.StuckIn(Margin));
        Pass(1);
        Assert.NotNull(heartbeat.StuckIn(Margin));
    }

    [Fact]
    public void A_step_is_stuck_when_it_has_lasted_longer_than_it_may_and_the_margin()
    {
        var heartbeat = new Heartbeat("publish", clock);
        using (heartbeat.Enter("waiting for acknowledgements", TimeSpan.FromSeconds(60)))
        {
            Pass(65);
            Assert.Null(heartbeat.StuckIn(Margin));
            Pass(1);
            Assert.Equal(
                "stage 'publish' has been waiting for acknowledgements for 66 s, which should take 60 s at most",
                heartbeat.StuckIn(Margin));
            heartbeat.Beat();
            Assert.Null(heartbeat.StuckIn(Margin));
        }
        Pass(1_000);
        Assert.Null(heartbeat.StuckIn(Margin));
    }

    [Fact]
    public void An_inner_step_has_its_own_time_and_the_outer_one_begins_anew_behind_it()
    {
        var heartbeat = new Heartbeat("publish", clock);
        using var outer = heartbeat.Enter("publishing a window", TimeSpan.Zero);
        Pass(4);
        using (heartbeat.Enter("inside the client library (Commit)", TimeSpan.FromSeconds(10)))
        {
            Pass(14);
            Assert.Null(heartbeat.StuckIn(Margin));
        }
        Pass(4);
        Assert.Null(heartbeat.StuckIn(Margin));
        Pass(2);
        Assert.StartsWith("stage 'publish' has been publishing a window for 6 s", heartbeat.StuckIn(Margin),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Time_that_is_excused_does_not_count()
    {
        var heartbeat = new Heartbeat("publish", clock);
        using var step = heartbeat.Enter(
            "inside the client library (SendOffsetsToTransaction)", TimeSpan.FromSeconds(10));
        Pass(1_000);
        var over = clock.GetTimestamp();
        Assert.NotNull(heartbeat.StuckIn(Margin));
        Assert.Null(heartbeat.StuckIn(Margin, over));
        Pass(15);
        Assert.Null(heartbeat.StuckIn(Margin, over));
        Pass(1);
        Assert.NotNull(heartbeat.StuckIn(Margin, over));
    }

    private void Pass(int seconds) => clock.Advance(TimeSpan.FromSeconds(seconds));
}
