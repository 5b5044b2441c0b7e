using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;

namespace Worker.Tests.Hosting;

/// <summary>One encoder for the stream and the page's requests.</summary>
public class SharedEncoderTests
{
    [Fact]
    public void As_many_turns_run_at_a_time_as_there_are_lanes()
    {
        using var inner = new SlowEncoder { Lanes = 2 };
        using var shared = new SharedEncoder(inner);
        List<Thread> users = [.. Enumerable.Range(1, 5).Select(number =>
            new Thread(() => shared.Run(new MicroBatch([number], [1]), null!, [], [])))];
        users.ForEach(user => user.Start());
        Assert.True(SpinWait.SpinUntil(() => inner.Inside == 2, TimeSpan.FromSeconds(30)));
        inner.Go.Set();
        users.ForEach(user => user.Join());
        Assert.Equal([1, 2, 3, 4, 5], inner.Order.Order());
        Assert.Equal(2, inner.MostAtOnce);
    }

    [Fact]
    public void Each_micro_batch_is_a_turn_and_turns_are_taken_in_the_order_of_asking()
    {
        using var inner = new SlowEncoder();
        using var shared = new SharedEncoder(inner);
        var threads = new List<Thread>();
        foreach (var number in Enumerable.Range(1, 5))
        {
            var user = new Thread(() => shared.Run(new MicroBatch([number], [1]), null!, [], []));
            user.Start();
            // It computes, or it waits for its turn.
            while (!user.ThreadState.HasFlag(ThreadState.WaitSleepJoin))
                Thread.Yield();
            threads.Add(user);
        }
        inner.Go.Set();
        foreach (var user in threads)
            user.Join();
        Assert.Equal([1, 2, 3, 4, 5], inner.Order);
        Assert.Equal(1, inner.MostAtOnce);
    }

    [Fact]
    public void A_failure_does_not_keep_the_turn()
    {
        using var inner = new SlowEncoder();
        inner.Go.Set();
        using var shared = new SharedEncoder(inner);
        Assert.Throws<InvalidOperationException>(
            () => shared.Run(new MicroBatch([0], [1]), null!, [], []));
        shared.Run(new MicroBatch([1], [1]), null!, [], []);
        Assert.Equal([1], inner.Order);
    }

    /// <summary>Computes nothing until it may; fails on token 0.</summary>
    private sealed class SlowEncoder : IEncoder
    {
        private int inside;

        public ManualResetEventSlim Go { get; } = new();

        public List<int> Order { get; } = [];

        public int MostAtOnce { get; private set; }

        public string Hash => "none";

        public FeatureLayout Features => throw new NotSupportedException();

        public int MaxTokens => 8;

        public Chunking? Chunking => null;

        public int MicroBatchTokens => 8;

        public int Lanes { get; init; } = 1;

        public int Inside => Volatile.Read(ref inside);

        public string Description => "slow";

        public void Run(in MicroBatch batch, HeadMatrix heads, Span<float> features, Span<float> logits)
        {
            var token = batch.Ids[0];
            var now = Interlocked.Increment(ref inside);
            lock (Order)
                MostAtOnce = Math.Max(MostAtOnce, now);
            Go.Wait();
            Interlocked.Decrement(ref inside);
            if (token == 0)
                throw new InvalidOperationException("no text");
            lock (Order)
                Order.Add(token);
        }

        public void Dispose() => Go.Dispose();
    }
}
