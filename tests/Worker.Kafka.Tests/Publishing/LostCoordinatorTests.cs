using Worker.Kafka.Embedded;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>
/// The group's coordinator moves while a transaction sends its offsets, and for a moment nobody knows where it is. The
/// client asks three times, within 3 ms, and would then wait forever.
/// </summary>
public sealed class LostCoordinatorTests
{
    // A worker that hangs cannot be disposed of either.
    [Theory(Timeout = 90_000)]
    [InlineData(10_000, null)]
    [InlineData(4_000, "12000")]
    public async Task A_coordinator_that_is_away_for_a_moment_is_asked_for_again(int limitMs, string? idleMs)
    {
        using var broker = EmbeddedBroker.Start();
        var stage = Stage.On(broker);
        var options = stage.Options();
        options.TransactionTimeoutMs = limitMs;
        if (idleMs is not null)
            options.Producer["connections.max.idle.ms"] = idleMs;
        using var log = new ListLogger();
        using var worker = new EchoWorker(options, loggers: log);
        await worker.Started.WaitAsync(TestContext.Current.CancellationToken);
        stage.Feed(0, 50);
        await Eventually.True(() => worker.Published == 50, "50 published");

        broker.LoseCoordinator();
        stage.Feed(50, 50);
        await Eventually.True(() => worker.Published == 100, "50 more published", seconds: 40);
        await worker.StopAsync();
        Stage.AssertEachOnce(100, stage.Results(100, EmbeddedBroker.PartitionsPerTopic));
        // Logged when the call takes one and a half times the time it was given.
        Assert.Equal(
            idleMs is not null, log.Lines.Any(line =>
                line.Contains("SendOffsetsToTransaction has been inside", StringComparison.Ordinal)));
    }
}
