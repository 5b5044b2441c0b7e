using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Certifying;
using Worker.Learning.Drifting;

namespace Worker.Learning.Tests.Drifting;

public class DriftWatchTests
{
    [Fact]
    public void A_head_that_keeps_its_promise_raises_an_alarm_in_at_most_alpha_of_streams()
    {
        const double alpha = 0.1;
        const int streams = 1000;
        var alarms = 0;
        Parallel.For(0, streams, seed =>
        {
            var random = new Random(seed);
            var watch = new DriftWatch(0.1, alpha);
            for (var i = 0; i < 2000 && !watch.Alarm; i++)
                watch.Observe(random.NextDouble() < 0.1);
            if (watch.Alarm)
                Interlocked.Increment(ref alarms);
        });
        Assert.True(alarms <= streams * alpha + 3 * Math.Sqrt(streams * alpha * (1 - alpha)), $"{alarms}");
    }

    [Fact]
    public void An_error_of_15_percent_where_5_were_promised_is_noticed_within_400_audits()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var watch = new DriftWatch(0.05);
            var rings = 0;
            for (var i = 0; i < 400; i++)
                rings += watch.Observe(random.NextDouble() < 0.15) ? 1 : 0;
            Assert.True(rings == 1 && watch.Alarm, $"seed {seed}: {watch.State}");
        }
    }

    [Fact]
    public void It_goes_on_from_a_saved_state_as_if_it_had_never_stopped() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var one = new DriftWatch(0.05);
            for (var i = 0; i < 200; i++)
                one.Observe(random.Next(8) == 0);
            var other = new DriftWatch(0.05, state: one.State);
            for (var i = 0; i < 200; i++)
            {
                var wrong = random.Next(6) == 0;
                Assert.Equal(one.Observe(wrong), other.Observe(wrong));
            }
            Assert.Equal((one.State, one.Error), (other.State, other.Error));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_promised_error_is_seldom_below_the_true_one()
    {
        const int draws = 2000;
        var random = new Random(1);
        var below = 0;
        for (var draw = 0; draw < draws; draw++)
            below += DriftWatch.Promised(Enumerable.Range(0, 200).Count(_ => random.NextDouble() < 0.07), 200) < 0.07
                ? 1 : 0;
        Assert.True(below <= draws * 0.05 + 3 * Math.Sqrt(draws * 0.05 * 0.95), $"{below} of {draws}");
        // 59 rows without an error promise 5%; nothing right promises nothing.
        Assert.InRange(DriftWatch.Promised(0, 59), 0.049, 0.05);
        Assert.InRange(DriftWatch.Promised(59, 59), 0.999, 0.99999999999);
    }

    [Fact]
    public void States_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new DriftWatch(0.05, 0.01, new DriftState(3, 4, 0)));
        Assert.Throws<ArgumentException>(() => new ErrorBound(0.01, 3, 2, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DriftWatch(0));
    }
}
