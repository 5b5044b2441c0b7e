using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Heads;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Tests.Thresholding;

public class ThresholdChoiceTests
{
    private static readonly Gen<(double P, bool Y)[]> Rows =
        (from p in Gen.Choose(0, 20)
         from y in ArbMap.Default.GeneratorFor<bool>()
         select (p / 20.0, y)).NonEmptyListOf()
            .Select(rows => rows.ToArray());

    [Theory]
    [InlineData(nameof(ThresholdRule.Cost))]
    [InlineData(nameof(ThresholdRule.PrecisionFloor))]
    [InlineData(nameof(ThresholdRule.RecallFloor))]
    public void No_threshold_serves_a_plain_rule_better_than_the_one_chosen(string name) =>
        Prop.ForAll(Rows.ToArbitrary(), rows =>
    {
        var rule = Enum.Parse<ThresholdRule>(name);
        var (p, y) = (rows.Select(r => r.P).ToArray(), rows.Select(r => r.Y).ToArray());
        var options = new ThresholdOptions { Rule = rule, Floor = 0.7, CostOfFalseNo = 5 };
        var chosen = ThresholdChoice.Make(p, y, options);
        var mine = Counts(p, y, chosen.Thresholds.Decide);
        // A plain rule decides everything, unless a share is to be reviewed.
        Assert.Equal((chosen.Thresholds.Decide, chosen.Thresholds.Decide),
            (chosen.Thresholds.Low, chosen.Thresholds.High));
        Assert.Null(chosen.Certificate);
        // A threshold is a probability, so it cannot be above 1, even if a row of p = 1 would need that to be a no.
        foreach (var other in Enumerable.Range(0, 41).Select(i => Counts(p, y, i * 0.025)))
        {
            if (rule == ThresholdRule.Cost)
                Assert.True(Cost(mine) <= Cost(other));
            else if (rule == ThresholdRule.PrecisionFloor && other is { Predicted: > 0, Precision: >= 0.7 })
                Assert.True(mine.Precision >= 0.7 && mine.Recall >= other.Recall);
            else if (rule == ThresholdRule.RecallFloor && other is { Predicted: > 0, Recall: >= 0.7 })
                Assert.True(mine.Recall >= 0.7 && mine.Precision >= other.Precision);
        }
        if (rule == ThresholdRule.PrecisionFloor)
            Assert.Equal(mine.Predicted > 0 && mine.Precision >= 0.7, chosen.Remark is null);

        double Cost(ThresholdCounts c) => c.Predicted - c.TruePositives + 5.0 * (c.Positives - c.TruePositives);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_more_recall_counts_the_lower_the_threshold()
    {
        var random = new Random(3);
        var p = Enumerable.Range(0, 3000).Select(_ => random.NextDouble()).ToArray();
        var y = Array.ConvertAll(p, x => random.NextDouble() < x * x);
        var (half, two) = (Threshold(0.5), Threshold(2));
        Assert.True(two < half - 0.1, $"{two} against {half}");

        double Threshold(double beta) =>
            ThresholdChoice.Make(p, y, new() { Rule = ThresholdRule.FBeta, Beta = beta }).Thresholds.Decide;
    }

    [Fact]
    public void A_fixed_threshold_is_kept_and_has_a_review_band_only_where_one_is_asked_for()
    {
        var options = new ThresholdOptions { Rule = ThresholdRule.Fixed, Fixed = 0.3 };
        Assert.Equal(new Thresholds(0.3, 0.3, 0.3),
            ThresholdChoice.Make([0.1, 0.2, 0.35, 0.9], [false, false, true, true], options).Thresholds);
        var band = ThresholdChoice.Make([0.1, 0.2, 0.35, 0.9], [false, false, true, true],
            options with { ReviewShare = 0.5 }).Thresholds;
        Assert.True(band.Low < 0.2 && band.High > 0.35, $"{band}");
    }

    [Fact]
    public void Certified_is_the_default_and_dated_with_the_day()
    {
        var choice = ThresholdChoice.Make([0.1, 0.9], [false, true], new());
        Assert.Equal(TimeSpan.Zero, choice.Certificate!.Date.TimeOfDay);
        Assert.Null(choice.Certificate.Yes);
        Assert.Equal((0.05, 0.05), (choice.Certificate.Error, choice.Certificate.Delta));
    }

    [Fact]
    public void Every_figure_out_of_range_is_named()
    {
        var problems = new ThresholdOptions
        {
            Error = 0,
            Delta = 1,
            Uncertain = 0.6,
            Beta = 0,
            Floor = 2,
            Fixed = -1,
            CostOfFalseNo = 0,
            CostOfFalseYes = -1,
            ReviewShare = 1,
            Validity = TimeSpan.Zero,
            Rule = (ThresholdRule)9
        }.Problems();
        Assert.Equal(11, problems.Count);
        Assert.Empty(new ThresholdOptions().Problems());
    }

    private static ThresholdCounts Counts(double[] p, bool[] y, double threshold) =>
        new(p.Where((x, i) => x >= threshold && y[i]).Count(), p.Count(x => x >= threshold), y.Count(t => t));
}
