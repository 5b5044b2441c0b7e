using Confluent.Kafka;
using FsCheck;
using FsCheck.Fluent;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Reading;

public sealed class WindowBuilderTests
{
    /// <summary>For any arrivals and any partition taken away: what stays is all of the others, in order, with exact ranges.</summary>
    [Fact]
    public void Dropping_a_partition_leaves_exactly_the_others()
    {
        Prop.ForAll<byte[], byte>((arrivals, gone) =>
        {
            var builder = new WindowBuilder(new WindowLimits(int.MaxValue, long.MaxValue));
            var offsets = new long[4];
            foreach (var arrival in arrivals)
                builder.Add(Message(arrival % 4, offsets[arrival % 4]++, new byte[arrival]));
            builder.Drop(new TopicPartition("t", gone % 4));
            var ledger = new WindowLedger(TimeProvider.System);
            var expected = arrivals.Where(arrival => arrival % 4 != gone % 4).ToArray();
            Assert.Equal(expected.Length == 0, builder.IsEmpty);

            var window = builder.Build(0, ledger);
            Assert.Equal(expected.Select(arrival => arrival % 4), window.Records.Select(record => record.Partition));
            Assert.Equal(expected.Sum(arrival => (long)arrival), window.Bytes);
            Assert.Equal(expected.Select(arrival => arrival % 4).Distinct().Order(), window.Ranges.Select(range => range.Partition).Order());
            Assert.All(window.Ranges, range => Assert.Equal((0, offsets[range.Partition]), (range.First, range.Next)));
            Assert.True(builder.IsEmpty);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void It_is_full_at_either_limit()
    {
        var byCount = new WindowBuilder(new WindowLimits(2, 1_000));
        byCount.Add(Message(0, 0, [1]));
        Assert.False(byCount.IsFull);
        byCount.Add(Message(0, 1, [1]));
        Assert.True(byCount.IsFull);

        var byBytes = new WindowBuilder(new WindowLimits(100, 10));
        byBytes.Add(Message(0, 0, new byte[9]));
        Assert.False(byBytes.IsFull);
        byBytes.Add(Message(0, 1, [1]));
        Assert.True(byBytes.IsFull);
    }

    [Fact]
    public void What_is_thrown_away_is_read_again_from_its_first_record()
    {
        var builder = new WindowBuilder(new WindowLimits(100, 1_000));
        builder.Add(Message(1, 7, []));
        builder.Add(Message(1, 8, []));
        var ledger = new WindowLedger(TimeProvider.System);
        builder.Unread(ledger);
        Assert.True(builder.IsEmpty);
        Assert.Equal(7, ledger.ResumeAt(new TopicPartition("t", 1)));
    }

    private static ConsumeResult<byte[]?, byte[]?> Message(int partition, long offset, byte[] value) => new()
    {
        TopicPartitionOffset = new TopicPartitionOffset("t", partition, offset),
        Message = new Message<byte[]?, byte[]?> { Value = value },
    };
}
