namespace Worker.Faults.Tests.Judging;

/// <summary>
/// Times of one message: when it was acknowledged, and when a read_committed reader saw it. Both in ms of the run.
/// </summary>
public readonly record struct Passage(int Partition, long AckedMs, long OutMs);

/// <summary>A time in which nothing came out although something was waiting, in ms of the run.</summary>
/// <param name="Partition">Of the input; -1 for all partitions together.</param>
public readonly record struct Stall(int Partition, long FromMs, long ToMs)
{
    public long Ms => ToMs - FromMs;
}

/// <summary>How steadily messages flowed: delays, stalls, and how soon after a fault they flowed again. Pure.</summary>
public sealed class Flow
{
    private readonly Dictionary<int, List<Passage>> partitions;
    private readonly List<Passage> all;

    public Flow(IEnumerable<Passage> passages)
    {
        all = [.. passages];
        partitions = all.GroupBy(passage => passage.Partition).ToDictionary(
            group => group.Key, group => group.OrderBy(passage => passage.AckedMs).ToList());
    }

    /// <summary>
    /// Within how many ms of its acknowledgement a given share of the messages was out; null without messages.
    /// </summary>
    public long? Delay(double share)
    {
        if (all.Count == 0)
            return null;
        var delays = all.Select(passage => Math.Max(0, passage.OutMs - passage.AckedMs)).Order().ToList();
        return delays[(int)Math.Ceiling(share * (delays.Count - 1))];
    }

    /// <summary>The longest time in which nothing at all came out while something was waiting.</summary>
    public Stall LongestOfAll => Longest(-1, all);

    /// <summary>The longest such time of a single partition.</summary>
    public Stall LongestOfOne =>
        partitions.Select(partition => Longest(partition.Key, partition.Value)).DefaultIfEmpty()
            .MaxBy(stall => stall.Ms);

    /// <summary>
    /// When every partition had put out a message that was acknowledged after <paramref name="sinceMs"/>; null if one
    /// did not, or no more messages were sent.
    /// </summary>
    public long? FlowsAgainMs(long sinceMs)
    {
        long? latest = null;
        foreach (var passages in partitions.Values)
        {
            // Acknowledgements rise; the first to come out is among the first few.
            var first = long.MaxValue;
            for (var i = FirstAfter(passages, sinceMs); i < passages.Count && passages[i].AckedMs < first; i++)
                first = Math.Min(first, passages[i].OutMs);
            if (first == long.MaxValue)
                return null;
            latest = Math.Max(latest ?? 0, first);
        }
        return latest;
    }

    private static int FirstAfter(List<Passage> passages, long ms)
    {
        int low = 0, high = passages.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (passages[middle].AckedMs > ms)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private static Stall Longest(int partition, List<Passage> passages)
    {
        // +1 when a message is acknowledged, -1 when it is out; arrivals at the same ms count after acknowledgements.
        var steps = passages.Select(passage => (At: Math.Min(passage.AckedMs, passage.OutMs), Change: 1))
            .Concat(passages.Select(passage => (At: passage.OutMs, Change: -1)))
            .OrderBy(step => step.At).ThenByDescending(step => step.Change);
        var longest = default(Stall);
        var waiting = 0;
        var since = 0L;
        foreach (var (at, change) in steps)
        {
            if (change > 0)
            {
                since = waiting == 0 ? at : since;
                waiting++;
                continue;
            }
            if (at - since > longest.Ms)
                longest = new Stall(partition, since, at);
            since = at;
            waiting--;
        }
        return longest with { Partition = partition };
    }
}
