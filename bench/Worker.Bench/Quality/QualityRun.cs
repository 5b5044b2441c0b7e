using System.Numerics.Tensors;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Thresholding;

namespace Worker.Bench.Quality;

/// <summary>A data set encoded, and heads trained on its training part as the product does by default.</summary>
/// <param name="Set">Texts and answers.</param>
/// <param name="Features">Encodes a part; [texts, width] of the heads' feature, the taps.</param>
/// <param name="Result">The heads.</param>
internal sealed record QualityRun(
    QualitySet Set, Func<IReadOnlyList<string>, FeatureMatrix> Features, TrainingResult Result)
{
    public static QualityRun Train(
        QualitySet set, string feature, string encoder, Func<IReadOnlyList<string>, FeatureMatrix> features) =>
        new(set, features,
            HeadTrainer.Train(features(set.Train.Texts), set.Train, feature, encoder, new TrainingOptions()));

    /// <summary>Calibrated probabilities; [texts, heads], row-major.</summary>
    public double[] Probabilities(IReadOnlyList<string> texts)
    {
        var (x, heads) = (Features(texts), Result.Heads);
        var p = new double[checked(x.Rows * heads.Count)];
        Parallel.For(0, x.Rows, row =>
        {
            for (var i = 0; i < heads.Count; i++)
                p[row * heads.Count + i] = heads[i].Calibration.Probability(
                    TensorPrimitives.Dot(x.Row(row), heads[i].Weights) + heads[i].Bias);
        });
        return p;
    }

    /// <summary>Evaluates a part at each head's own threshold, or at those given.</summary>
    public Evaluation Evaluate(DataSet part, IReadOnlyList<double>? thresholds = null) => Evaluator.Evaluate(
        [.. Result.Heads.Select(head => head.Label)],
        thresholds ?? [.. Result.Heads.Select(head => head.Thresholds.Decide)],
        Probabilities(part.Texts),
        part.WithLabels([.. Result.Heads.Select(head => head.Label)]).Answers);

    /// <summary>Share of texts whose most probable label is correct.</summary>
    public double ArgmaxAccuracy(DataSet part)
    {
        var (p, count) = (Probabilities(part.Texts), Result.Heads.Count);
        var answers = part.WithLabels([.. Result.Heads.Select(head => head.Label)]).Answers;
        var right = 0;
        for (var row = 0; row < answers.Rows; row++)
            if (answers[row, TensorPrimitives.IndexOfMax(p.AsSpan(row * count, count))] == AnswerMatrix.Yes)
                right++;
        return (double)right / answers.Rows;
    }

    /// <summary>The thresholds with the highest F1 on a part, one per head.</summary>
    public double[] BestThresholds(DataSet part)
    {
        var (p, count) = (Probabilities(part.Texts), Result.Heads.Count);
        var answers = part.WithLabels([.. Result.Heads.Select(head => head.Label)]).Answers;
        return [.. Enumerable.Range(0, count).Select(label => DecisionThreshold.Best(
            [.. Enumerable.Range(0, answers.Rows).Select(row => p[row * count + label])],
            [.. Enumerable.Range(0, answers.Rows).Select(row => answers[row, label] == AnswerMatrix.Yes)],
            counts => counts.F1))];
    }
}
