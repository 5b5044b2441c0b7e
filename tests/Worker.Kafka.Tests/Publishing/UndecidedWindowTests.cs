using Confluent.Kafka;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>
/// What is done about a window of two input partitions, depending on its visible records and the group's offsets.
/// </summary>
public sealed class UndecidedWindowTests
{
    private static readonly TopicPartition First = new("messages", 0);
    private static readonly TopicPartition Second = new("messages", 1);

    [Fact]
    public void Aborted_everywhere_it_is_read_again() =>
        Same("", offsets: [], sightings: "----", first: 10, second: 20);

    [Fact]
    public void Committed_everywhere_nothing_is_missing() =>
        Same("", offsets: [], sightings: "HHHH", first: 12, second: 22);

    [Fact]
    public void Visible_in_part_without_offsets_it_is_finished() =>
        Same("b", offsets: [(First, 12)], sightings: "H---", first: 10, second: 20);

    [Fact]
    public void Offsets_without_all_records_it_is_finished() =>
        Same("bcd", offsets: [], sightings: "H---", first: 12, second: 22);

    [Fact]
    public void All_visible_without_offsets_these_are_committed() =>
        Same("", offsets: [(First, 12), (Second, 22)], sightings: "HHHH", first: 10, second: 20);

    [Fact]
    public void Visible_in_part_before_the_group_had_any_offset_it_is_finished() =>
        Same("b", offsets: [(First, 12)], sightings: "H---", first: null, second: null);

    [Fact]
    public void Done_again_by_somebody_it_is_left() => Same("", offsets: [], sightings: "LLLL", first: 12, second: 25);

    [Fact]
    public void Taken_further_by_somebody_it_is_left() =>
        Same("", offsets: [], sightings: "----", first: 15, second: 25);

    [Fact]
    public void Acknowledged_and_passed_by_the_group_what_nobody_sees_is_written() =>
        Same("abd", offsets: [], sightings: "--H-", first: 15, second: 25, before: (12, 22));

    [Fact]
    public void Acknowledged_without_offsets_it_is_read_again() =>
        Same("", offsets: [], sightings: "----", first: 10, second: 20, before: (10, 20));

    [Theory]
    [InlineData("HHHH", 12, 22, true)]
    [InlineData("HHLH", 15, 22, true)]
    [InlineData("HH-H", 12, 22, false)]
    [InlineData("HHHH", 12, 21, false)]
    public void It_is_whole_when_all_is_visible_and_its_offsets_are_committed(
        string sightings, long first, long second, bool isWhole) =>
        Assert.Equal(
            isWhole, Window().IsWhole(
                Seen(sightings), new Dictionary<TopicPartition, long> { [First] = first, [Second] = second }));

    /// <param name="missing">Values of the records still to be written.</param>
    /// <param name="offsets">Still to be committed.</param>
    /// <param name="sightings">Of the records a and b (first partition, up to 12), c and d (second, up to 22): H here,
    /// L later, - not.</param>
    /// <param name="first">What the group has committed of the first partition; null for nothing.</param>
    /// <param name="second">Of the second.</param>
    /// <param name="before">What the group had committed before anything was ended, for a window whose commit was
    /// acknowledged.</param>
    private static void Same(
        string missing, (TopicPartition, long)[] offsets, string sightings, long? first, long? second,
        (long First, long Second)? before = null)
    {
        var committed = new Dictionary<TopicPartition, long>();
        if (first is { } one)
            committed[First] = one;
        if (second is { } two)
            committed[Second] = two;

        var rest = Window().Missing(
            Seen(sightings), committed, before is var (firstBefore, secondBefore)
                ? new Dictionary<TopicPartition, long> { [First] = firstBefore, [Second] = secondBefore }
                : null);

        Assert.Equal(missing, string.Concat(rest.Records.Select(record => (char)record.Value![0])));
        Assert.Equal(offsets, rest.Offsets.Select(offset => (offset.TopicPartition, offset.Offset.Value)));
    }

    private static UndecidedWindow Window() => new(
        new SourceWindow(
            [Source(0, 10), Source(0, 11), Source(1, 20), Source(1, 21)],
            [new OffsetRange("messages", 0, 10, 12), new OffsetRange("messages", 1, 20, 22)], 4, 0, new WindowLedger(
                TimeProvider.System)),
        [.. "abcd".Select((value, index) => new OutgoingRecord("results", null, [(byte)value], Source: index))],
        []);

    private static Sighting[] Seen(string sightings) =>
        [.. sightings.Select(letter =>
            letter switch { 'H' => Sighting.Here, 'L' => Sighting.Later, _ => Sighting.None })];

    private static SourceRecord Source(int partition, long offset) =>
        new()
        {
            Topic = "messages",
            Partition = partition,
            Offset = offset,
            Key = null,
            Value = null,
            Headers = [],
            TimestampMs = -1
        };
}
