using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Windows;

namespace Worker.Core.Tests.Windows;

public class MicroBatchPlanTests
{
    [Fact]
    public void Every_text_with_tokens_is_in_exactly_one_batch_with_its_own_ids() =>
        Prop.ForAll<NonNegativeInt[], PositiveInt>((lengths, budget) =>
        {
            using var window = Window(lengths.Select(l => l.Get % 300));
            var plan = new MicroBatchPlan();
            plan.Sort(window);
            var seen = new HashSet<int>();
            var ids = new ArrayBufferWriter<int>();
            for (var start = 0; start < plan.Count;)
            {
                var count = plan.BatchAt(window, start, budget.Get);
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
                start += count;
            }
            Assert.Equal(Enumerable.Range(0, lengths.Length).Where(i => window.Length(i) > 0), seen.Order());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_longest_text_comes_first_and_equals_keep_their_order()
    {
        using var window = Window([3, 9, 0, 3, 12]);
        var plan = new MicroBatchPlan();
        plan.Sort(window);
        Assert.Equal([4, 1, 0, 3], plan.Order.ToArray());
    }

    [Fact]
    public void A_plan_can_be_used_again_for_a_larger_window()
    {
        var plan = new MicroBatchPlan();
        using (var small = Window([1, 2]))
            plan.Sort(small);
        using var large = Window(Enumerable.Range(1, 5000));
        plan.Sort(large);
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
