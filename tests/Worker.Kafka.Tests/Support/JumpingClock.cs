namespace Worker.Kafka.Tests.Support;

/// <summary>
/// A wall clock that is set to another year at every look; time that has passed is real. (A FakeTimeProvider's time
/// must be moved by hand.)
/// </summary>
internal sealed class JumpingClock : TimeProvider
{
    private readonly Random random = new(3);

    public override DateTimeOffset GetUtcNow()
    {
        lock (random)
            return DateTimeOffset.UnixEpoch.AddDays(random.Next(1, 40_000));
    }
}
