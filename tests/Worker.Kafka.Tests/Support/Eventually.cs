namespace Worker.Kafka.Tests.Support;

/// <summary>Waits for a condition that another thread fulfils.</summary>
internal static class Eventually
{
    public static async Task True(Func<bool> condition, string what, double seconds = 20)
    {
        var deadline = Environment.TickCount64 + (long)(seconds * 1000);
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"not within {seconds} s: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
