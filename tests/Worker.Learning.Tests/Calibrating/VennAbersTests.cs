using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Heads;
using Worker.Learning.Calibrating;

namespace Worker.Learning.Tests.Calibrating;

public class VennAbersTests
{
    [Fact]
    public void Its_bounds_are_those_of_isotonic_regression_with_the_text_added_as_no_and_as_yes()
    {
        Prop.ForAll(IsotonicTests.Rows().ToArbitrary(), rows =>
        {
            var interval = VennAbers.Fit(rows.Logits, rows.Answers, Calibration.Identity);
            foreach (var logit in rows.Logits.Distinct())
            {
                var knot = Array.IndexOf(
                    [.. interval.Probabilities], Math.Round(Calibration.Identity.Probability(logit), 6));
                if (knot < 0)
                    continue;
                Assert.Equal(Plain(rows.Logits, rows.Answers, logit, 0), interval.Low[knot], 2e-6);
                Assert.Equal(Plain(rows.Logits, rows.Answers, logit, 1), interval.High[knot], 2e-6);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void More_examples_make_it_narrower()
    {
        Assert.True(MeanWidth(100) > 3 * MeanWidth(5000));

        static double MeanWidth(int rows)
        {
            var random = new Random(3);
            var logits = Enumerable.Range(0, rows).Select(_ => random.NextSingle() * 6 - 3).ToArray();
            var answers = Array.ConvertAll(logits, z => random.NextDouble() < Calibration.Identity.Probability(z));
            var interval = VennAbers.Fit(logits, answers, Calibration.Identity);
            Assert.InRange(interval.Probabilities.Count, 2, VennAbers.MaximumKnots);
            return interval.Probabilities.Average(interval.Width);
        }
    }

    /// <summary>Isotonic regression's value at a point by the min-max formula, with one more row there.</summary>
    private static double Plain(float[] logits, bool[] answers, float at, int added)
    {
        var rows = logits.Zip(answers, (z, y) => (z, y: y ? 1.0 : 0)).Append((z: at, y: added)).ToArray();
        var places = rows.Select(row => row.z).Distinct().Order().ToArray();
        return places.Where(from => from <= at).Max(from => places.Where(to => to >= at).Min(to =>
            rows.Where(row => row.z >= from && row.z <= to).Average(row => row.y)));
    }
}
