using Worker.Core.Windows;

namespace Worker.Core.Tests.Windows;

public class WindowBytesTests
{
    private static readonly TimeSpan Target = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData(40_000, 10_000)]
    [InlineData(1e9, 8 << 20)]
    [InlineData(10, 4096)]
    public void Windows_come_to_take_the_target_time_within_the_limits(double bytesPerSecond, long expected)
    {
        var bytes = new WindowBytes(8 << 20, Target);
        Assert.Equal(64 << 10, bytes.Next);
        for (var i = 0; i < 60; i++)
            bytes.Learn(bytes.Next, TimeSpan.FromSeconds(bytes.Next / bytesPerSecond));
        Assert.InRange(bytes.Next, expected * 0.99, expected * 1.01);
    }

    [Fact]
    public void Without_a_target_only_the_limit_holds()
    {
        var bytes = new WindowBytes(5_000, TimeSpan.Zero);
        bytes.Learn(5_000, TimeSpan.FromSeconds(60));
        Assert.Equal(5_000, bytes.Next);
    }
}
