using Worker.Kafka.Clients;

namespace Worker.Kafka.Tests.Clients;

public sealed class OutsideRetryTests
{
    private readonly ListLogger log = new();

    [Fact]
    public void Failures_are_said_once_and_the_tries_counted_at_the_end()
    {
        var tries = 0;
        var result = Retry().Run(_ => ++tries < 4 ? throw new TimeoutException($"failure {tries}") : "done", default);
        Assert.Equal("done", result);
        Assert.Equal(2, log.Lines.Count);
        Assert.Contains("calling the moon failed and is tried again until it succeeds: failure 1", log.Lines.First(),
            StringComparison.Ordinal);
        Assert.Contains("calling the moon succeeded after 4 tries", log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_said_when_all_is_well()
    {
        Assert.Equal(1, Retry().Run(_ => 1, default));
        Assert.Empty(log.Lines);
    }

    [Fact]
    public void What_needs_a_person_is_not_tried_again()
    {
        var tries = 0;
        Assert.Throws<KafkaFailureException>(() => Retry().Run<int>(
            _ => throw new KafkaFailureException(KafkaFailure.Unauthorised, $"{++tries}"), default));
        Assert.Equal(1, tries);
    }

    [Fact]
    public void Stopping_ends_it()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Retry().Run<int>(_ => throw new TimeoutException(), stop.Token));
    }

    [Fact]
    public void After_five_failures_in_a_row_the_part_is_left_alone_for_two_seconds()
    {
        var times = new List<long>();
        Assert.Equal("done", Retry().Run(
            _ =>
            {
                times.Add(Environment.TickCount64);
                return times.Count < 6 ? throw new TimeoutException("no answer") : "done";
            },
            default));
        Assert.Equal(6, times.Count);
        Assert.True(times[5] - times[4] >= 1_900, $"tried again after {times[5] - times[4]} ms");
        Assert.Equal(2, log.Lines.Count);
        Assert.Contains("no answer", log.Lines.First(), StringComparison.Ordinal);
        Assert.Contains("after 6 tries", log.Lines.Last(), StringComparison.Ordinal);
    }

    private OutsideRetry Retry() => new("calling the moon", log.CreateLogger("test"), TimeProvider.System);
}
