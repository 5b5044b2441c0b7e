using Confluent.Kafka;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Reading;

public sealed class SilentPartitionsTests
{
    private static readonly TopicPartition One = new("messages", 1);
    private static readonly TopicPartition Two = new("messages", 2);
    private static readonly HashSet<TopicPartition> None = [];
    private readonly HandSetClock clock = new();

    [Fact]
    public void What_was_heard_of_is_not_overdue()
    {
        var silent = new SilentPartitions(clock);
        silent.Expect(One);
        silent.Expect(Two);
        silent.Forget(One);

        clock.Pass(seconds: 6);

        Assert.Equal([Two], silent.Overdue(None));
        Assert.True(silent.Contains(Two));
        Assert.False(silent.Contains(One));
    }

    [Fact]
    public void What_is_overdue_is_given_as_much_time_again()
    {
        var silent = new SilentPartitions(clock);
        silent.Expect(One);
        clock.Pass(seconds: 4);
        Assert.Empty(silent.Overdue(None));
        clock.Pass(seconds: 2);
        Assert.Equal([One], silent.Overdue(None));
        clock.Pass(seconds: 4);
        Assert.Empty(silent.Overdue(None));
        clock.Pass(seconds: 2);
        Assert.Equal([One], silent.Overdue(None));
    }

    [Fact]
    public void The_time_of_a_paused_partition_begins_when_it_goes_on()
    {
        var silent = new SilentPartitions(clock);
        silent.Expect(One);
        clock.Pass(seconds: 60);
        Assert.Empty(silent.Overdue(new HashSet<TopicPartition> { One }));
        clock.Pass(seconds: 4);
        Assert.Empty(silent.Overdue(None));
        clock.Pass(seconds: 2);
        Assert.Equal([One], silent.Overdue(None));
    }

    private sealed class HandSetClock : TimeProvider
    {
        private long now = 1;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => now;

        public void Pass(int seconds) => now += seconds;
    }
}
