using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Overfitting;
using Worker.Terminal;

namespace Worker.Training;

/// <summary>Learning curves of heads that were just trained, each on its head's feature.</summary>
internal static class TrainedLabels
{
    /// <summary>One for each head, in the order of heads.</summary>
    /// <param name="encoded">The data set's texts.</param>
    /// <param name="result">With at least one head.</param>
    public static IReadOnlyList<TrainedLabel> Of(
        EncodedTexts encoded, DataSet data, TrainingResult result, TrainingOptions options, CancellationToken stop)
    {
        var figures = result.Heads.Zip(result.Figures).ToLookup(
            pair => pair.First.Feature, pair => pair.Second, StringComparer.Ordinal);
        var curves = new Dictionary<string, LearningCurve>(StringComparer.Ordinal);
        foreach (var feature in figures)
            foreach (var curve in ProgressBars.Run($"learning curves of {feature.Count()} labels", report =>
                new LearningCurves(encoded.Matrix(feature.Key), data, options).Of([.. feature], report, stop)))
                curves.Add(curve.Label, curve);
        return [.. result.Figures.Select(label => new TrainedLabel(label, curves[label.Label]))];
    }
}
