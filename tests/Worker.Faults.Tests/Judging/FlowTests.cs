using Worker.Faults.Tests.Scenario;

namespace Worker.Faults.Tests.Judging;

public class FlowTests
{
    [Fact]
    public void A_stall_lasts_from_the_last_result_to_the_next_while_something_waits()
    {
        var flow = new Flow([new(0, 0, 10), new(0, 5, 20), new(0, 12, 500), new(0, 30, 501)]);

        Assert.Equal(new Stall(-1, 20, 500), flow.LongestOfAll);
    }

    [Fact]
    public void Time_in_which_nothing_waited_is_no_stall()
    {
        var flow = new Flow([new(0, 0, 10), new(0, 1_000, 1_015)]);

        Assert.Equal(15, flow.LongestOfAll.Ms);
    }

    [Fact]
    public void One_partition_may_stall_while_another_flows()
    {
        var flow = new Flow(
            [.. Enumerable.Range(0, 100).Select(i =>
                new Passage(0, i * 10, i * 10 + 5)), new(1, 100, 105), new(1, 110, 900)]);

        Assert.Equal(new Stall(1, 110, 900), flow.LongestOfOne);
        Assert.True(flow.LongestOfAll.Ms <= 10);
    }

    [Fact]
    public void Everything_flows_again_when_the_last_partition_does()
    {
        var flow = new Flow([new(0, 100, 110), new(0, 205, 230), new(1, 100, 120), new(1, 210, 800), new(1, 220, 790)]);

        Assert.Equal(790, flow.FlowsAgainMs(200));
    }

    [Fact]
    public void Where_nothing_was_sent_any_more_nothing_is_said_of_recovery() =>
        Assert.Null(new Flow([new(0, 100, 110), new(1, 100, 120)]).FlowsAgainMs(105));

    [Fact]
    public void Delays_are_ranked()
    {
        var flow = new Flow(Enumerable.Range(1, 100).Select(i => new Passage(0, 0, i)));

        Assert.Equal(51, flow.Delay(0.5));
        Assert.Equal(100, flow.Delay(1));
    }

    [Fact]
    public void Only_a_fault_with_a_quiet_time_around_it_counts_as_alone()
    {
        var flow = new Flow([.. Enumerable.Range(0, 1_000).Select(i => new Passage(0, i * 100, i * 100 + 50))]);
        Injection[] injections =
        [
            new(FaultKind.WorkerKill, 0, 10_000, 10_500, 10_000),
            new(FaultKind.WorkerKill, 1, 10_020, 10_600, 10_020),
            new(FaultKind.HeadSwap, 0, 39_000, 39_000, 39_000),
            new(FaultKind.WorkerKill, 0, 40_000, 40_500, 40_000),
        ];

        var kills = Recovery.Of(injections, flow).Single(recovery => recovery.Kind == FaultKind.WorkerKill);

        Assert.Equal((3, 3, 1), (kills.Injected, kills.Survived, kills.Alone.Count));
    }
}
