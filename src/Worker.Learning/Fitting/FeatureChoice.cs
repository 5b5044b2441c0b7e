using Worker.Core.Heads;
using Worker.Learning.Examples;

namespace Worker.Learning.Fitting;

/// <summary>A feature of the texts to train on.</summary>
/// <param name="Name">As heads carry it, e.g. <c>mean</c> or <c>layer3+layer4+layer5+mean</c>.</param>
/// <param name="Features">[texts, width].</param>
internal sealed record FeatureCandidate(string Name, FeatureMatrix Features);

/// <summary>
/// Trains every label on each of several features, and keeps for each label the one with the lowest held-out log-loss.
/// </summary>
internal static class FeatureChoice
{
    /// <summary>
    /// As <see cref="HeadTrainer.Train"/>. A label's folds are the same for every feature, so the losses are of the
    /// same rows. With equal losses the feature named first is kept.
    /// </summary>
    /// <param name="candidates">At least one.</param>
    /// <inheritdoc cref="HeadTrainer.Train"/>
    public static TrainingResult Train(
        IReadOnlyList<FeatureCandidate> candidates,
        DataSet data,
        string encoder,
        TrainingOptions options,
        IReadOnlyList<Head>? previous = null,
        DerivedExamples? derived = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        // The rows that choose a label's feature also test its certificate. So each feature's test gets its share of
        // delta, and the chosen one keeps the promise.
        var delta = options.Thresholds.Delta;
        options = options with { Thresholds = options.Thresholds with { Delta = delta / candidates.Count } };
        var results = new List<TrainingResult>();
        foreach (var candidate in candidates)
            results.Add(HeadTrainer.Train(
                candidate.Features, data, candidate.Name, encoder, options, previous, derived,
                progress is null ? null : new Part(progress, results.Count, candidates.Count), cancellation));
        // Every feature has heads for the same labels in the same order, because only the answers decide which can be
        // trained.
        var best = Enumerable.Range(0, results[0].Heads.Count)
            .Select(label => results.MinBy(result => result.Figures[label].Before.LogLoss)!)
            .ToArray();
        progress?.Report(new TrainingProgress(TrainingStage.Done, 1, 0, null));
        return new TrainingResult(
            [.. best.Select((result, label) => Promising(result.Heads[label], delta))],
            results[0].Problems,
            [.. best.Select((result, label) => result.Figures[label])],
            results.Sum(result => result.Passes),
            results[0].Remarks);
    }

    private static Head Promising(Head head, double delta) =>
        head.Certificate is null ? head : head with { Certificate = head.Certificate with { Delta = delta } };

    /// <summary>One feature's share of the progress.</summary>
    private sealed class Part(IProgress<TrainingProgress> whole, int index, int count) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Stage != TrainingStage.Done)
                whole.Report(value with { Fraction = (index + value.Fraction) / count });
        }
    }
}
