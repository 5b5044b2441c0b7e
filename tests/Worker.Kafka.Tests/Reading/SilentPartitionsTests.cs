using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Reading;

public sealed class SilentPartitionsTests
{
    private static readonly TopicPartition One = new("messages", 1);
    private static readonly TopicPartition Two = new("messages", 2);
    private static readonly HashSet<TopicPartition> None = [];
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void What_was_heard_of_is_not_overdue()
    {
        var silent = new SilentPartitions(clock);
        silent.Expect(One);
        silent.Expect(Two);
        silent.Forget(One);

        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal([Two], silent.Overdue(None));
        Assert.True(silent.Contains(Two));
        Assert.False(silent.Contains(One));
    }

    [Fact]
    public void What_is_overdue_is_given_as_much_time_again()
    {
        var silent = new SilentPartitions(clock);
        silent.Expect(One);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(silent.Overdue(None));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([One], silent.Overdue(None));
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(silent.Overdue(None));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([One], silent.Overdue(None));
    }

    [Fact]
    public void The_time_of_a_paused_partition_begins_when_it_goes_on()
    {
        var silent = new SilentPartitions(clock);
        silent.Expect(One);
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(silent.Overdue(new HashSet<TopicPartition> { One }));
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(silent.Overdue(None));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([One], silent.Overdue(None));
    }
}
