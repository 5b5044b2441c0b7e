using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Anomaly;

namespace Worker.Core.Tests.Anomaly;

public class AnomalyMartingaleTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void Of_streams_of_known_texts_alpha_at_most_ever_raise_an_alarm(int steps)
    {
        const int streams = 2000;
        const double alpha = 0.05;
        var alarms = 0;
        Parallel.For(0, streams, seed =>
        {
            var random = new Random(seed);
            var martingale = new AnomalyMartingale(alpha, tolerance: 1);
            for (var message = 0; message < 5000 && !martingale.Alarm; message++)
                martingale.Observe(Uniform(random, steps));
            if (martingale.Alarm)
                Interlocked.Increment(ref alarms);
        });
        Assert.True(
            alarms <= streams * alpha + 3 * Math.Sqrt(streams * alpha * (1 - alpha)), $"{alarms} of {streams}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    [InlineData(200_000)]
    public void A_rise_of_unknown_texts_from_5_to_15_percent_is_noticed_within_1000_messages(int quiet)
    {
        var delays = new int[100];
        Parallel.For(0, delays.Length, seed =>
        {
            var random = new Random(seed);
            var martingale = new AnomalyMartingale();
            for (var message = 0; message < quiet; message++)
                martingale.Observe(Uniform(random, 0));
            Assert.False(martingale.Alarm);
            while (!martingale.Alarm && delays[seed] < 5000)
            {
                delays[seed]++;
                martingale.Observe(random.NextDouble() < 0.15
                    ? Uniform(random, 0) * 0.05f : 0.05f + 0.95f * Uniform(random, 0));
            }
        });
        Array.Sort(delays);
        Assert.True(delays[95] <= 1000, $"median {delays[50]}, 95% {delays[95]}");
    }

    [Theory]
    [InlineData(200)]
    [InlineData(1000)]
    public void A_reference_of_few_texts_is_hardly_a_cause_for_alarm(int known)
    {
        // p-values by a few texts: their shares are only about right, and the same for all of a stream.
        var alarms = 0;
        Parallel.For(0, 200, seed =>
        {
            var random = new Random(seed);
            var scores = new ConformalScores([.. Enumerable.Range(0, known).Select(_ => random.NextSingle()).Order()]);
            var martingale = new AnomalyMartingale(known: known);
            for (var message = 0; message < 20_000; message++)
                martingale.Observe(scores.PValue(random.NextSingle()));
            if (martingale.Alarm)
                Interlocked.Increment(ref alarms);
        });
        Assert.True(alarms <= 10, $"{alarms} of 200");
    }

    [Fact]
    public void A_smaller_p_never_leaves_less() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var (one, other) = (new AnomalyMartingale(), new AnomalyMartingale());
            for (var message = 0; message < 300; message++)
            {
                var p = Uniform(random, 0);
                one.Observe(p);
                other.Observe(p * (0.5f + 0.5f * random.NextSingle()));
                Assert.True(other.Wealth >= one.Wealth);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_goes_on_from_a_saved_state_as_if_it_had_never_stopped() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var (one, other) = (new AnomalyMartingale(), new AnomalyMartingale());
            for (var message = 0; message < 200; message++)
                one.Observe(MathF.Pow(Uniform(random, 0), 1.5f));
            var state = new double[AnomalyMartingale.StateLength];
            one.Save(state);
            other.Restore(state);
            for (var message = 0; message < 200; message++)
            {
                var p = MathF.Pow(Uniform(random, 0), 1.5f);
                Assert.Equal(one.Observe(p), other.Observe(p));
            }
            Assert.Equal((one.Wealth, one.Highest, one.Seen), (other.Wealth, other.Highest, other.Seen));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_alarm_goes_off_once_stays_and_ends_with_a_reset()
    {
        var martingale = new AnomalyMartingale();
        var rings = 0;
        for (var message = 0; message < 100_000; message++)
            rings += martingale.Observe(0.001f) ? 1 : 0;
        Assert.True(double.IsFinite(martingale.Wealth) && martingale.Alarm);
        for (var message = 0; message < 5000; message++)
            rings += martingale.Observe(1) ? 1 : 0;
        Assert.Equal((1, true), (rings, martingale.Alarm));
        martingale.Reset();
        Assert.Equal((false, 0, 1.0), (martingale.Alarm, martingale.Seen, martingale.Wealth));
    }

    [Fact]
    public void A_message_costs_no_memory()
    {
        var martingale = new AnomalyMartingale();
        martingale.Observe(0.5f);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var message = 0; message < 1000; message++)
            martingale.Observe(0.5f);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void What_is_no_p_value_and_no_state_is_refused()
    {
        var martingale = new AnomalyMartingale();
        foreach (var p in new[] { 0f, -1f, 1.01f, float.NaN })
            Assert.Throws<ArgumentOutOfRangeException>(() => martingale.Observe(p));
        Assert.Equal(0, martingale.Seen);
        Assert.Throws<ArgumentException>(() => martingale.Restore([1, 1, 0]));
        Assert.Throws<ArgumentException>(() => martingale.Restore([1, 1, 0, 0, double.NaN, 0, 0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AnomalyMartingale(alpha: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AnomalyMartingale(tolerance: 0.9));
    }

    /// <summary>Uniform on (0, 1], or on so many steps.</summary>
    private static float Uniform(Random random, int steps) =>
        steps == 0 ? 1 - random.NextSingle() : (random.Next(steps) + 1f) / steps;
}
