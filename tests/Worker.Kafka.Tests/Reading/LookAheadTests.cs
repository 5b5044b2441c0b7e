using Confluent.Kafka;
using FsCheck;
using FsCheck.Fluent;
using Worker.Kafka.Groups;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Reading;

public sealed class LookAheadTests
{
    private const int Partitions = 4;
    private static readonly WindowLedger Ledger = new(TimeProvider.System);

    /// <summary>
    /// For any arrivals with any timestamps, windows composed in between, and a partition that goes and comes back:
    /// each partition's records are handed out in its order, none twice and none left out, with exact ranges.
    /// </summary>
    [Fact]
    public void Of_each_partition_all_is_handed_out_once_and_in_order()
    {
        Prop.ForAll<(byte Partition, byte Size, short Timestamp)[], byte>((arrivals, seed) =>
        {
            var limits = new WindowLimits(1 + seed % 7, 1 + 100 * (seed % 5));
            var ahead = new LookAhead(limits);
            var (read, next) = (new long[Partitions], new long[Partitions]);
            foreach (var (kind, size, timestamp) in arrivals)
            {
                var partition = kind % Partitions;
                ahead.Add(Message(partition, read[partition]++, new byte[size], timestamp), now: 1_000);
                if (kind % 5 == 0)
                    Check(ahead.Compose(0, Ledger), limits, next);
                if (kind % 50 == 7)
                {
                    // Its next owner reads from after the records that were handed out; here that is the same one.
                    ahead.Drop(At(partition));
                    Assert.False(ahead.Holds(At(partition)));
                    read[partition] = next[partition];
                }
            }
            while (!ahead.IsEmpty)
                Check(ahead.Compose(0, Ledger), limits, next);
            Assert.Equal(read, next);
            Assert.Equal(0, ahead.Bytes);
        }).QuickCheckThrowOnFailure();

        static void Check(SourceWindow window, WindowLimits limits, long[] next)
        {
            Assert.InRange(window.Records.Length, 0, limits.MaxMessages);
            Assert.Equal(window.Records.Sum(record => (long)record.Value!.Length), window.Bytes);
            if (window.Records.Length > 0)
                Assert.InRange(window.Bytes - window.Records[^1].Value!.Length, 0, limits.MaxBytes - 1);
            foreach (var range in window.Ranges)
                Assert.Equal(next[range.Partition], range.First);
            foreach (var record in window.Records)
                Assert.Equal(next[record.Partition]++, record.Offset);
            foreach (var range in window.Ranges)
                Assert.Equal(next[range.Partition], range.Next);
            Assert.Equal(
                window.Records.Select(record => record.Partition).Distinct().Order(),
                window.Ranges.Select(range => range.Partition).Order());
        }
    }

    /// <summary>Whatever timestamps producers write.</summary>
    [Fact]
    public void No_partition_with_something_waits_for_more_than_4_records_times_the_partitions()
    {
        Prop.ForAll<long[], byte>((timestamps, window) =>
        {
            var ahead = new LookAhead(new WindowLimits(1 + window, long.MaxValue));
            for (var i = 0; i < Partitions * 50; i++)
            {
                var timestamp = timestamps.Length == 0 ? i : timestamps[i * 31 % timestamps.Length];
                ahead.Add(Message(i % Partitions, i / Partitions, [], timestamp), now: 1_000);
            }
            var waited = new int[Partitions];
            var left = Enumerable.Repeat(50, Partitions).ToArray();
            while (!ahead.IsEmpty)
                foreach (var record in ahead.Compose(0, Ledger).Records)
                {
                    left[record.Partition]--;
                    for (var partition = 0; partition < Partitions; partition++)
                        waited[partition] =
                            partition == record.Partition || left[partition] == 0 ? 0 : waited[partition] + 1;
                    Assert.All(waited, records => Assert.InRange(records, 0, 4 * Partitions));
                }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_oldest_come_first_and_a_partition_far_behind_catches_up()
    {
        // Partition 0 has messages of 0 to 399 ms, the others of 300 to 399 ms: 0 is far behind.
        var ahead = new LookAhead(new WindowLimits(1, long.MaxValue));
        for (var i = 0; i < 400; i++)
            ahead.Add(Message(0, i, [], i), now: 1_000);
        for (var partition = 1; partition < Partitions; partition++)
            for (var i = 0; i < 100; i++)
                ahead.Add(Message(partition, i, [], 300 + i), now: 1_000);
        var newest = new long[Partitions];
        for (var i = 0; i < 600; i++)
        {
            var record = ahead.Compose(0, Ledger).Records[0];
            newest[record.Partition] = record.TimestampMs;
            // 3 of 4 until it has caught up, at 366 ms of 399.
            if (i is > 460 and < 560)
                Assert.InRange(newest.Max() - newest.Min(), 0, 4);
        }
    }

    [Fact]
    public void A_time_that_is_yet_to_come_or_missing_counts_as_that_of_its_arrival()
    {
        var ahead = new LookAhead(new WindowLimits(3, long.MaxValue));
        ahead.Add(Message(0, 0, [], long.MaxValue / 1_000_000), now: 5);
        ahead.Add(Message(1, 0, [], null), now: 6);
        ahead.Add(Message(2, 0, [], 7), now: 7);
        Assert.Equal([0, 1, 2], ahead.Compose(0, Ledger).Records.Select(record => record.Partition));
    }

    [Fact]
    public void More_is_wanted_until_each_partition_could_fill_a_window_or_the_limit_is_reached()
    {
        var limits = new WindowLimits(2, 1_000);
        var ahead = new LookAhead(limits);
        HashSet<TopicPartition> paused = [];
        ahead.Expect(At(0));
        ahead.Expect(At(1));
        ahead.Add(Message(0, 0, [], 0), now: 0);
        Assert.True(ahead.WantsMore(paused) && !ahead.CanFill);
        var offset = 1;
        for (; !ahead.IsCrowded(paused); offset++)
        {
            Assert.True(ahead.WantsMore(paused));
            ahead.Add(Message(0, offset, new byte[100], 0), now: 0);
        }
        // The limit, with 256 bytes of memory for each record in addition to its value.
        Assert.InRange(offset * 356, limits.MaxAheadBytes, limits.MaxAheadBytes + 2 * 356);
        Assert.False(ahead.WantsMore(paused));
        Assert.Equal([At(0)], ahead.Crowding(paused));

        // Once it is paused the other may come, up to its share; then nothing more is wanted.
        paused.Add(At(0));
        Assert.True(ahead.WantsMore(paused) && !ahead.IsCrowded(paused));
        ahead.Add(Message(1, 0, new byte[100], 0), now: 0);
        Assert.True(ahead.WantsMore(paused));
        ahead.Add(Message(1, 1, new byte[100], 0), now: 0);
        Assert.False(ahead.WantsMore(paused));
        Assert.False(ahead.HasRoom(At(0)));
        Assert.True(ahead.HasRoom(At(1)));
        while (!ahead.HasRoom(At(0)))
            ahead.Compose(0, Ledger);
        Assert.InRange(ahead.Bytes, 1, limits.MaxAheadBytes / 4);
    }

    [Fact]
    public void It_is_enough_for_a_window_at_either_limit()
    {
        var byCount = new LookAhead(new WindowLimits(2, 1_000));
        byCount.Add(Message(0, 0, [1]), 0);
        Assert.False(byCount.CanFill);
        byCount.Add(Message(1, 0, [1]), 0);
        Assert.True(byCount.CanFill);

        var byBytes = new LookAhead(new WindowLimits(100, 10));
        byBytes.Add(Message(0, 0, new byte[9]), 0);
        Assert.False(byBytes.CanFill);
        byBytes.Add(Message(0, 1, [1]), 0);
        Assert.True(byBytes.CanFill);
    }

    [Fact]
    public void An_end_is_committed_with_the_last_record_before_it_and_not_earlier()
    {
        var ahead = new LookAhead(new WindowLimits(1, 1_000));
        ahead.Add(Message(0, 0, []), 0);
        ahead.Add(Message(0, 1, []), 0);
        ahead.ReachedEnd(At(0), 5);
        Assert.False(ahead.HasEnds);
        Assert.Equal([new OffsetRange("t", 0, 0, 1)], ahead.Compose(0, Ledger).Ranges);
        Assert.Equal([new OffsetRange("t", 0, 1, 5)], ahead.Compose(0, Ledger).Ranges);

        ahead.ReachedEnd(At(0), 7);
        Assert.True(ahead.IsEmpty && ahead.HasEnds);
        Assert.Equal([new OffsetRange("t", 0, 7, 7)], ahead.Compose(0, Ledger).Ranges);
        Assert.False(ahead.HasEnds);
    }

    [Fact]
    public void What_is_thrown_away_is_read_again_from_its_first_record()
    {
        var ahead = new LookAhead(new WindowLimits(1, 1_000));
        ahead.Add(Message(1, 7, []), 0);
        ahead.Add(Message(1, 8, []), 0);
        ahead.ReachedEnd(At(2), 3);
        var ledger = new WindowLedger(TimeProvider.System);
        ahead.Unread(ledger);
        Assert.True(ahead.IsEmpty && !ahead.HasEnds);
        Assert.Equal((7, 3), (ledger.ResumeAt(At(1)), ledger.ResumeAt(At(2))));
        Assert.Empty(ahead.Compose(0, ledger).Ranges);
    }

    private static TopicPartition At(int partition) => new("t", partition);

    private static ConsumeResult<byte[]?, byte[]?> Message(
        int partition, long offset, byte[] value, long? timestamp = 0) => new()
        {
            TopicPartitionOffset = new TopicPartitionOffset("t", partition, offset),
            Message = new Message<byte[]?, byte[]?>
            {
                Value = value,
                Timestamp = timestamp is { } ms ? new Timestamp(ms, TimestampType.CreateTime) : default,
            },
        };
}
