using Worker.Core.Heads;
using Worker.Learning.Examples;

namespace Worker.Learning.Fitting;

/// <summary>
/// Heads from descriptions of labels, for the time before anybody has answered. A label's own description and examples
/// are its positives. Those of the other labels, and texts of the stream, are its negatives. Some of these texts may
/// have the label; they do little harm, because they are few. Such heads only rank texts: see
/// <see cref="Head.Described"/>.
/// </summary>
internal static class DescribedHeads
{
    /// <summary>
    /// With so few positives a head is little more than their direction, whatever the penalty.
    /// </summary>
    private const double L2 = 0.1;

    /// <summary>Fits a head for each label.</summary>
    /// <param name="labels">What they mean, in order.</param>
    /// <param name="features">[pseudo-examples of all labels in their order, then texts of the stream; width].</param>
    /// <param name="feature">Name of the feature.</param>
    /// <param name="encoder">Hash of the encoder.</param>
    /// <exception cref="ArgumentException">One label alone, without texts of the stream: it has no
    /// negatives.</exception>
    public static IReadOnlyList<Head> Fit(
        IReadOnlyDictionary<string, LabelDescription> labels, FeatureMatrix features, string feature, string encoder,
        ParallelOptions parallel)
    {
        var rows = features.Mended(out var unusable);
        var owners = labels.Values.SelectMany((label, column) => label.PseudoExamples.Select(_ => column)).ToArray();
        if (labels.Count == 1 && rows.Rows == owners.Length)
            throw new ArgumentException(
                "one label alone has nothing to be told apart from: describe others too, or add texts of the stream",
                nameof(features));
        var values = new sbyte[checked(rows.Rows * labels.Count)];
        for (var row = 0; row < owners.Length; row++)
            values[row * labels.Count + owners[row]] = AnswerMatrix.Yes;
        var answers = new CrossFitAnswers(new AnswerMatrix(rows.Rows, labels.Count, values));
        foreach (var row in unusable.Where(row => row >= owners.Length))
            answers.Forget(row);
        // All texts of the stream together weigh as much as all pseudo-examples. More would drown what tells the
        // labels apart.
        for (var row = owners.Length; row < rows.Rows; row++)
            for (var label = 0; label < labels.Count; label++)
                answers.SetWeight(row, label, (float)owners.Length / (rows.Rows - owners.Length));
        var standardisation = Standardisation.Of(rows, parallel).WithOneScale();
        Lbfgs[] fits = [.. Enumerable.Range(0, labels.Count).Select(label => Start(label, answers, rows.Width))];
        LbfgsBatch.Run(new LossPass(rows, standardisation, answers, parallel), fits, parallel, _ => { });
        return [.. labels.Zip(fits, (label, fit) =>
        {
            var (weights, bias) = standardisation.ToRaw(fit.Point);
            return new Head
            {
                Label = label.Key,
                Version = 1,
                Encoder = encoder,
                Feature = feature,
                Weights = weights,
                Bias = (float)bias,
                // A worker that does not know such heads finds every decision uncertain by these.
                Thresholds = new Thresholds(0, 1, 1),
                Described = label.Value,
            };
        })];
    }

    private static Lbfgs Start(int label, CrossFitAnswers answers, int width)
    {
        var (positives, negatives) = answers.Weigh(label, without: 0);
        // A handful of positives must weigh as much as all the rest, or the penalty leaves them no say.
        var objective = new Objective(label, 0, positives, negatives, negatives / positives, width) { L2 = L2 };
        objective.At[width] = (float)Math.Log(objective.PositiveShare / (1 - objective.PositiveShare));
        return new Lbfgs(objective, tolerance: 1e-3, maximumIterations: 200);
    }
}
