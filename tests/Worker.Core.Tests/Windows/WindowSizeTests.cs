using Worker.Core.Windows;

namespace Worker.Core.Tests.Windows;

public class WindowSizeTests
{
    [Theory]
    [InlineData(800, 200)]
    [InlineData(40_000, 10_000)]
    [InlineData(1_000_000, 20_000)]
    [InlineData(3, 16)]
    public void Windows_come_to_take_the_target_time_within_the_limits(double messagesPerSecond, int expected)
    {
        var size = WindowSize.OfMessages(20_000, TimeSpan.FromMilliseconds(250));
        for (var i = 0; i < 60; i++)
            size.Learn(size.Next, TimeSpan.FromSeconds(size.Next / messagesPerSecond));
        Assert.InRange(size.Next, expected * 0.99, expected * 1.01);
    }

    [Fact]
    public void A_slower_device_gets_smaller_windows_within_a_few()
    {
        var size = WindowSize.OfMessages(20_000, TimeSpan.FromMilliseconds(250));
        for (var i = 0; i < 20; i++)
            size.Learn(size.Next, TimeSpan.FromSeconds(size.Next / 4000.0));
        for (var i = 0; i < 10; i++)
            size.Learn(size.Next, TimeSpan.FromSeconds(size.Next / 400.0));
        Assert.InRange(size.Next, 90, 160);
    }

    [Theory]
    [InlineData(40_000, 10_000)]
    [InlineData(1e9, 8 << 20)]
    [InlineData(10, 4096)]
    public void So_do_windows_that_are_counted_in_bytes(double bytesPerSecond, long expected)
    {
        var size = WindowSize.OfBytes(8 << 20, TimeSpan.FromMilliseconds(250));
        Assert.Equal(64 << 10, size.Next);
        for (var i = 0; i < 60; i++)
            size.Learn(size.Next, TimeSpan.FromSeconds(size.Next / bytesPerSecond));
        Assert.InRange(size.Next, expected * 0.99, expected * 1.01);
    }

    [Fact]
    public void Without_a_target_only_the_limit_holds()
    {
        var size = WindowSize.OfMessages(500, TimeSpan.Zero);
        size.Learn(500, TimeSpan.FromSeconds(60));
        Assert.Equal(500, size.Next);
    }
}
