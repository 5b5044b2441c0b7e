using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Evaluating;
using Worker.Learning.Promoting;

namespace Worker.Learning.Tests.Promoting;

public class WeightedCalibrationTests
{
    [Fact]
    public void With_weights_alike_and_whole_bins_it_is_the_unweighted_figure() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var texts = Draw(15 * 20, random, _ => 3);
            Assert.Equal(
                ProbabilityMetrics.CalibrationError(
                    [.. texts.Select(t => t.Champion)], [.. texts.Select(t => t.Answer > 0.5)]),
                WeightedCalibration.Error(texts, t => t.Champion), 1e-12);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_of_weight_three_is_three_texts() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var texts = Draw(70, new Random(seed), random => random.Next(1, 4));
            PairedText[] repeated = [.. texts.SelectMany(text =>
                Enumerable.Repeat(text with { Weight = 1 }, (int)text.Weight))];
            Assert.Equal(WeightedCalibration.Error(repeated, t => t.Champion),
                WeightedCalibration.Error(texts, t => t.Champion), 1e-12);
        }).QuickCheckThrowOnFailure();

    private static PairedText[] Draw(int count, Random random, Func<Random, double> weight) =>
        [.. Enumerable.Range(0, count).Select(_ => default(PairedText) with
        {
            Weight = weight(random),
            // No two alike: equal ones are shared between bins here, and dealt out whole there.
            Champion = random.NextDouble(),
            Answer = random.Next(2),
        })];
}
