using Worker.Kafka.Clients;

namespace Worker.Kafka.Tests.Clients;

/// <summary>When an outage is reported, with the test's own clock.</summary>
public sealed class OutageStateTests
{
    private readonly OutageState state = new();

    [Fact]
    public void An_outage_is_said_once_each_minute_and_at_its_end()
    {
        state.Fault(At(10));
        Assert.Equal(OutageStep.Nothing, state.Next(At(11.9)));
        Assert.Equal(OutageStep.Begins, state.Next(At(12)));
        state.Fault(At(40));
        Assert.Equal(OutageStep.Nothing, state.Next(At(71.9)));
        Assert.Equal(OutageStep.GoesOn, state.Next(At(72)));
        Assert.Equal(OutageStep.GoesOn, state.Next(At(132)));
        state.Works(At(140));
        Assert.Equal(OutageStep.Nothing, state.Next(At(142.9)));
        Assert.Equal(OutageStep.Ends, state.Next(At(143)));
        Assert.Equal(At(130), state.Length(At(143)));
        state.Forget();
        Assert.False(state.IsOn);
        Assert.Equal(OutageStep.Nothing, state.Next(At(500)));
    }

    [Fact]
    public void A_connection_that_is_made_again_at_once_is_none()
    {
        state.Fault(At(10));
        state.Works(At(11));
        Assert.Equal(OutageStep.Nothing, state.Next(At(13)));
        Assert.Equal(OutageStep.WasNone, state.Next(At(14)));
    }

    [Fact]
    public void Faults_between_works_delay_the_end_and_begin_nothing_anew()
    {
        state.Fault(At(10));
        Assert.Equal(OutageStep.Begins, state.Next(At(12)));
        state.Works(At(20));
        state.Fault(At(22));
        Assert.Equal(OutageStep.Nothing, state.Next(At(24)));
        state.Works(At(25));
        Assert.Equal(OutageStep.Ends, state.Next(At(28)));
        Assert.Equal(At(15), state.Length(At(28)));
    }

    [Fact]
    public void Of_broken_connections_while_work_goes_on_nothing_is_said()
    {
        for (var second = 0; second < 100; second += 2)
        {
            state.Fault(At(second));
            state.Works(At(second + 0.5));
            Assert.Equal(OutageStep.Nothing, state.Next(At(second + 1.9)));
        }
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
