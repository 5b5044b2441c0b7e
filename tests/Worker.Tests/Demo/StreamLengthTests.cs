using Microsoft.Extensions.Time.Testing;
using Worker.Demo;

namespace Worker.Tests.Demo;

public sealed class StreamLengthTests
{
    [Theory]
    [InlineData(20, 600)]
    [InlineData(146, 4_300)]
    [InlineData(2, StreamLength.Minimum)]
    [InlineData(5_000, StreamLength.Maximum)]
    public async Task The_stream_lasts_half_a_minute_at_the_speed_of_its_beginning(int perSecond, int expected)
    {
        var clock = new FakeTimeProvider();
        var start = clock.GetTimestamp();
        var length = new StreamLength(asked: null, clock);
        var finding = length.FindOut(() => 1 + (int)(perSecond * clock.GetElapsedTime(start).TotalSeconds),
            TestContext.Current.CancellationToken);
        Assert.Null(length.Total);
        clock.Advance(TimeSpan.FromSeconds(4));
        await finding;
        Assert.Equal(expected, length.Total);
    }

    [Fact]
    public async Task What_was_asked_for_is_streamed()
    {
        var length = new StreamLength(asked: 100, new FakeTimeProvider());
        await length.FindOut(() => 7, TestContext.Current.CancellationToken);
        Assert.Equal(100, length.Total);
    }

    /// <summary>With so few messages all are published before the new head is; then single messages show it.</summary>
    [Fact]
    public void The_shortest_demo_comes_to_its_end()
    {
        using var demo = WorkerProcess.Start("demo", "--messages", "100");
        Assert.Equal(0, demo.WaitForExit(TimeSpan.FromSeconds(240)));
        Assert.Contains("New head   'outage'", demo.Output, StringComparison.Ordinal);
        Assert.Contains("0 twice, 0 dead letters", demo.Output, StringComparison.Ordinal);
    }
}
