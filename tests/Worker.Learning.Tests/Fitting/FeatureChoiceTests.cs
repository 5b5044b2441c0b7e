using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Fitting;

public class FeatureChoiceTests
{
    [Fact]
    public void Each_label_takes_the_feature_that_tells_it_apart()
    {
        // Two draws of the same rows: the first label follows the first draw's features, the second the other's.
        var (left, right) = (
            Simulated.Draw(800, 6, 1, seed: 1, strength: 3), Simulated.Draw(800, 6, 1, seed: 2, strength: 3));
        var answers = new sbyte[1600];
        for (var row = 0; row < 800; row++)
            (answers[row * 2], answers[row * 2 + 1]) = (left.Data.Answers[row, 0], right.Data.Answers[row, 0]);
        var data = new DataSet(new string[800], ["a", "b"], new AnswerMatrix(800, 2, answers));
        var result = FeatureChoice.Train(
            [new("left", left.Features), new("right", right.Features)], data, "e", new TrainingOptions());
        Assert.Equal(["left", "right"], result.Heads.Select(head => head.Feature));
        Assert.All(result.Figures, figures => Assert.True(figures.AveragePrecision > 0.6));
    }

    [Fact]
    public void A_view_of_some_columns_trains_the_head_of_a_copy()
    {
        var simulated = Simulated.Draw(300, 8, 1, seed: 3);
        var copy = new float[300 * 3];
        for (var row = 0; row < 300; row++)
            simulated.Features.Row(row).Slice(4, 3).CopyTo(copy.AsSpan(row * 3));
        var view = new FeatureMatrix(simulated.Values, 8, 4, 3);
        var heads = new[] { view, new FeatureMatrix(copy, 3) }.Select(features =>
            Assert.Single(
                HeadTrainer.Train(features, simulated.Data, "mean", "e", new TrainingOptions()).Heads)).ToArray();
        Assert.Equal(heads[0].Weights, heads[1].Weights);
    }
}
