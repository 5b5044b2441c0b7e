using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>What a person reads about an outage of a real broker: one warning, and one line at its end.</summary>
public sealed class QuietOutageTests
{
    [Theory]
    [InlineData(DeliveryMode.ExactlyOnce, "killed", true)]
    [InlineData(DeliveryMode.ExactlyOnce, "killed", false)]
    [InlineData(DeliveryMode.ExactlyOnce, "hanging", true)]
    [InlineData(DeliveryMode.AtLeastOnce, "killed", true)]
    public async Task An_outage_is_two_lines(DeliveryMode mode, string fault, bool busy)
    {
        using var broker = new KafkaBroker();
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(mode);
        options.TransactionTimeoutMs = 3_000;
        options.TransactionGiveUpMs = 3_000;
        options.DeliveryTimeoutMs = 3_000;
        options.SessionTimeoutMs = 4_000;
        using var log = new ListLogger();
        stage.Feed(0, busy ? 2_000 : 100);
        using var worker = new EchoWorker(options, _ => Task.Delay(50), log, maxMessages: 20);
        await Eventually.True(() => worker.Published >= 100, "it has begun");
        await Task.Delay(1_500, TestContext.Current.CancellationToken);
        var before = Said(log).Count;

        if (fault == "killed")
            broker.Kill();
        else
            broker.Pause();
        // Longer than the session, so the group is lost too.
        await Task.Delay(12_000, TestContext.Current.CancellationToken);
        Assert.True(worker.Group.Outages.IsSaid);
        if (fault == "killed")
            broker.Start();
        else
            broker.Resume();

        await Eventually.True(
            () => log.Lines.Any(line =>
                line.Contains("serves this worker again", StringComparison.Ordinal)), "the end", seconds: 60);
        Assert.False(worker.Group.Outages.IsSaid);
        // Not the total, because the worker does not count windows that were committed without its knowledge.
        var then = worker.Published;
        stage.Feed(2_000, 100);
        await Eventually.True(() => worker.Published >= then + 50, "it works again", seconds: 60);
        var said = Said(log).Skip(before).ToList();
        var lines = string.Join('\n', said);
        Assert.True(said.Count == 2, lines);
        Assert.Contains(" Warning Kafka has not served this worker since ", said[0], StringComparison.Ordinal);
        Assert.Contains(broker.BootstrapServers, said[0], StringComparison.Ordinal);
        Assert.DoesNotContain("TLS", said[0], StringComparison.Ordinal);
        Assert.Contains(" Information Kafka serves this worker again after ", said[1], StringComparison.Ordinal);
        Assert.Matches("[1-9][0-9]* lines of the client library were held back", said[1]);
        await worker.StopAsync();
    }

    /// <summary>All lines except Debug and those of the test's own worker.</summary>
    private static List<string> Said(ListLogger log) => [.. log.Lines.Where(line =>
        line.Split(' ')[1] != "Debug" && !line.StartsWith("Echo ", StringComparison.Ordinal))];
}
