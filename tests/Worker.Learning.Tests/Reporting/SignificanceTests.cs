using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Tests.Support;
using Worker.Reports.Reporting;

namespace Worker.Learning.Tests.Reporting;

public class SignificanceTests
{
    [Fact]
    public void A_calibration_that_is_as_good_is_seldom_called_worse_though_its_error_is_often_larger_by_chance()
    {
        var (larger, called) = (0, 0);
        for (var seed = 0; seed < 200; seed++)
        {
            // A little too low before and equally too high after, so chance decides which error is larger.
            var texts = Draw(150, seed, p => p - 0.03, p => p + 0.03);
            larger += Ece(texts, texts.Probabilities) > Ece(texts, texts.Uncalibrated) + 0.01 ? 1 : 0;
            called += Significance.IsCalibrationWorse(texts) ? 1 : 0;
        }
        Assert.InRange(larger, 20, 100);
        Assert.InRange(called, 0, 12);
    }

    [Fact]
    public void A_calibration_of_other_texts_is_called_worse()
    {
        var texts = Draw(2000, seed: 1, p => p, p => 0.2 + 0.3 * p);
        Assert.True(Significance.IsCalibrationWorse(texts));
        Assert.False(Significance.IsCalibrationWorse(Draw(2000, seed: 1, p => 0.2 + 0.3 * p, p => p)));
    }

    [Theory]
    [InlineData(1, 10, false)]
    [InlineData(6, 100, false)]
    [InlineData(12, 100, true)]
    [InlineData(0, 0, false)]
    [InlineData(20, 20, true)]
    public void More_wrong_than_promised_is_beyond_chance_or_not(int wrong, int all, bool expected) =>
        Assert.Equal(expected, Significance.IsAbove(new Judged(all, wrong), 0.05));

    private static double Ece(EvaluatedTexts texts, double[] from)
    {
        var (p, y) = texts.Known(from);
        return ProbabilityMetrics.CalibrationError(p, y);
    }

    /// <summary>Texts whose chance of yes is drawn evenly, and its predictions before and after calibration.</summary>
    private static EvaluatedTexts Draw(int count, int seed, Func<double, double> before, Func<double, double> after)
    {
        var random = new Random(seed);
        var chances = Enumerable.Range(0, count).Select(_ => 0.1 + 0.8 * random.NextDouble()).ToArray();
        return new EvaluatedTexts(
            [Evaluated.Head("a")], [.. chances.Select((_, i) => $"text {i}")], null, [.. chances.Select(before)],
            [.. chances.Select(after)],
            new AnswerMatrix(
                count, 1,
                [.. chances.Select(p => (sbyte)(random.NextDouble() < p ? AnswerMatrix.Yes : AnswerMatrix.No))]));
    }
}
