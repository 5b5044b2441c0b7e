using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Certifying;

namespace Worker.Learning.Tests.Certifying;

public class RiskTestTests
{
    [Theory]
    [InlineData(0.05, 0.05, 59)]
    [InlineData(0.01, 0.05, 299)]
    [InlineData(0.10, 0.05, 29)]
    public void No_error_in_so_many_rows_is_just_evidence_enough(double target, double delta, int rows)
    {
        Assert.Equal(rows, RiskTest.MinimumWithoutError(target, delta));
        Assert.True(RiskTest.Binomial(0, rows, target) <= delta);
        Assert.True(RiskTest.Binomial(0, rows - 1, target) > delta);
    }

    [Fact]
    public void The_binomial_tail_is_the_sum_of_its_terms()
    {
        var cases =
            from n in Gen.Choose(0, 300)
            from k in Gen.Choose(0, n)
            from percent in Gen.Choose(1, 90)
            select (n, k, target: percent / 100.0);
        Prop.ForAll(
            cases.ToArbitrary(), c =>
                Assert.Equal(
                    Slow(c.k, c.n, c.target), RiskTest.Binomial(c.k, c.n, c.target), 1e-10)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Of_many_rows_it_is_as_good_as_normal()
    {
        // 1,000,000 rows at 5%: 3 standard deviations (217.9 each) under the mean.
        Assert.Equal(0.00135, RiskTest.Binomial(50_000 - 654, 1_000_000, 0.05), 2e-5);
        Assert.Equal(1 - 0.00135, RiskTest.Binomial(50_000 + 654, 1_000_000, 0.05), 2e-5);
    }

    [Fact]
    public void Losses_between_0_and_1_are_never_judged_more_boldly_than_the_exact_test_judges_errors()
    {
        var cases = from n in Gen.Choose(1, 500)
                    from k in Gen.Choose(0, n)
                    from percent in Gen.Choose(1, 60)
                    select (
            n, k, target: percent / 100.0);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var p = RiskTest.HoeffdingBentkus((double)c.k / c.n, c.n, c.target);
            Assert.InRange(p, 0, 1);
            Assert.True(p >= RiskTest.Binomial(c.k, c.n, c.target) - 1e-12);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_mean_loss_above_the_target_is_accepted_no_more_often_than_delta()
    {
        var random = new Random(5);
        var wrong = 0;
        for (var draw = 0; draw < 4000; draw++)
        {
            // Losses with mean 0.12 on {0, 0.3}, target 0.1.
            var sum = 0.0;
            for (var i = 0; i < 200; i++)
                sum += random.NextDouble() < 0.4 ? 0.3 : 0;
            wrong += RiskTest.HoeffdingBentkus(sum / 200, 200, 0.1) <= 0.1 ? 1 : 0;
        }
        Assert.True(wrong <= 400, $"{wrong} of 4000");
    }

    [Fact]
    public void Targets_that_are_no_share_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RiskTest.Binomial(0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RiskTest.Binomial(2, 1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => RiskTest.HoeffdingBentkus(double.NaN, 1, 0.5));
    }

    private static double Slow(int k, int n, double p)
    {
        var (sum, term) = (0.0, Math.Pow(1 - p, n));
        for (var i = 0; i <= k; i++)
        {
            sum += term;
            term *= (n - i) * p / ((i + 1) * (1 - p));
        }
        return sum;
    }
}
