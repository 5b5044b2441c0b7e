using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Windows;

namespace Worker.Core.Tests.Windows;

public class MicroBatchPlanTests
{
    [Fact]
    public void Every_text_with_tokens_is_in_exactly_one_batch_with_its_own_ids() =>
        Prop.ForAll<NonNegativeInt[], PositiveInt, PositiveInt>((lengths, budget, lanes) =>
        {
            using var window = Window(lengths.Select(l => l.Get % 300));
            var plan = new MicroBatchPlan();
            plan.Plan(window, budget.Get, lanes.Get);
            var seen = new HashSet<int>();
            var ids = new ArrayBufferWriter<int>();
            var next = 0;
            foreach (var (start, count) in plan.Batches)
            {
                Assert.Equal(next, start);
                var packed = new int[count];
                var written = plan.Pack(window, start, count, ids, packed);
                Assert.Equal(packed.Sum(), written);
                var at = 0;
                for (var i = 0; i < count; i++)
                {
                    var text = plan.Order[start + i];
                    Assert.True(seen.Add(text));
                    Assert.Equal(window[text].ToArray(), ids.WrittenSpan.Slice(at, packed[i]).ToArray());
                    at += packed[i];
                }
                Assert.True(count == 1 || count * packed[0] <= budget.Get);
                next += count;
            }
            Assert.Equal(Enumerable.Range(0, lengths.Length).Where(i => window.Length(i) > 0), seen.Order());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_cut_is_the_cheapest_of_all() =>
        Prop.ForAll<PositiveInt[]>(lengths =>
        {
            const int Budget = 320;
            using var window = Window(lengths.Take(9).Select(l => 1 + l.Get % 100));
            var plan = new MicroBatchPlan();
            plan.Plan(window, Budget);
            var sorted = plan.Order.ToArray().Select(window.Length).ToArray();
            var cost = plan.Batches.Sum(batch => Cost(sorted, batch.Start, batch.Count));
            Assert.Equal(Cheapest(sorted, 0), cost);

            // By trying every cut: 10 is the overhead of a batch at this budget.
            static int Cost(int[] sorted, int start, int count) => 10 + count * sorted[start];
            static int Cheapest(int[] sorted, int from) =>
                from == sorted.Length ? 0 : Enumerable.Range(1, sorted.Length - from)
                .Where(count => count == 1 || count * sorted[from] <= Budget)
                .Min(count => Cost(sorted, from, count) + Cheapest(sorted, from + count));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(512, 40)]
    [InlineData(2048, 9)]
    public void Where_few_texts_fit_a_batch_every_size_is_weighed_up(int budget, int shortest)
    {
        var random = new Random(1);
        using var window = Window(Enumerable.Range(0, 2000).Select(_ => shortest + random.Next(100)));
        var plan = new MicroBatchPlan();
        plan.Plan(window, budget);
        Assert.Equal(Exact(plan, window, budget, out _), plan.Batches.Select(batch => batch.Count));
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 40)]
    [InlineData(12, 500)]
    public void A_large_budget_costs_few_steps_and_the_plan_is_nearly_as_good(int shortest, int spread)
    {
        const int Budget = 131_072;
        const int Texts = 20_000;
        var random = new Random(2);
        using var window = Window(Enumerable.Range(0, Texts).Select(_ => shortest + random.Next(spread)));
        var plan = new MicroBatchPlan();
        plan.Plan(window, Budget);
        Assert.InRange(plan.Tried, 1, (MicroBatchPlan.MaximumSizes + 1) * Texts);
        Exact(plan, window, Budget, out var minimum);
        Assert.InRange(Cost(plan, window, Budget), minimum, minimum * 1.01);
    }

    /// <summary>The cheapest cut, every size tried at every place; and its cost.</summary>
    private static List<int> Exact(MicroBatchPlan plan, TokenWindow window, int budget, out long minimum)
    {
        var sorted = plan.Order.ToArray().Select(window.Length).ToArray();
        var (costs, cuts, overhead) = (new long[sorted.Length + 1], new int[sorted.Length], budget / 32);
        for (var start = sorted.Length - 1; start >= 0; start--)
        {
            costs[start] = long.MaxValue;
            var padding = 0L;
            for (var count = 1; count <= Math.Clamp(budget / sorted[start], 1, sorted.Length - start); count++)
            {
                padding += sorted[start] - sorted[start + count - 1];
                if (padding > 8L * overhead)
                    break;
                var cost = overhead + (long)count * sorted[start] + costs[start + count];
                if (cost < costs[start])
                    (costs[start], cuts[start]) = (cost, count);
            }
        }
        minimum = costs[0];
        var batches = new List<int>();
        for (var start = 0; start < sorted.Length; start += cuts[start])
            batches.Add(cuts[start]);
        return batches;
    }

    private static double Cost(MicroBatchPlan plan, TokenWindow window, int budget)
    {
        var cost = 0L;
        foreach (var (start, count) in plan.Batches)
            cost += budget / 32 + (long)count * window.Length(plan.Order[start]);
        return cost;
    }

    [Theory]
    [InlineData(2, 2500)]
    [InlineData(2, 1100)]
    [InlineData(4, 5000)]
    [InlineData(16, 20_000)]
    public void Lanes_that_take_batches_in_turn_end_together(int lanes, int tokens)
    {
        const int Budget = 512;
        var random = new Random(4);
        for (var repeat = 0; repeat < 50; repeat++)
        {
            using var window = Window(Enumerable.Range(0, tokens / 50).Select(_ => 5 + random.Next(90)));
            var plan = new MicroBatchPlan();
            plan.Plan(window, Budget, lanes);
            var ends = new long[lanes];
            foreach (var (start, count) in plan.Batches)
                ends[Array.IndexOf(ends, ends.Min())] += (long)count * window.Length(plan.Order[start]);
            // A sixth is what a window of five full batches would waste on two lanes.
            Assert.InRange(ends.Max() - ends.Average(), 0, ends.Average() * .08 + Budget / 16);
        }
    }

    [Fact]
    public void The_longest_text_comes_first_and_equals_keep_their_order()
    {
        using var window = Window([3, 9, 0, 3, 12]);
        var plan = new MicroBatchPlan();
        plan.Plan(window, 100);
        Assert.Equal([4, 1, 0, 3], plan.Order.ToArray());
    }

    [Fact]
    public void A_plan_can_be_used_again_for_a_larger_window()
    {
        var plan = new MicroBatchPlan();
        using (var small = Window([1, 2]))
            plan.Plan(small, 100);
        using var large = Window(Enumerable.Range(1, 5000));
        plan.Plan(large, 100);
        Assert.Equal(5000, plan.Count);
        Assert.Equal(4999, plan.Order[0]);
    }

    private static TokenWindow Window(IEnumerable<int> lengths)
    {
        var window = new TokenWindow(texts: 1);
        var next = 0;
        foreach (var length in lengths)
        {
            var room = window.Room(length);
            for (var i = 0; i < length; i++)
                room[i] = next++;
            window.Add(length);
        }
        return window;
    }
}
