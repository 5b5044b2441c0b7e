using System.Collections.Immutable;
using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Fitting;

/// <summary>
/// The entry point of training: one head per label on frozen features. It uses logistic regression with a penalty
/// chosen on held-out rows, calibration and thresholds learned on the same held-out rows, then a fit on all rows.
/// Calibration uses logits in which the rows' own answers had no part. The final fit sees a fifth more examples than
/// those fits. That makes it better on average and hardly changes the scale of its logits, so it takes over the
/// calibration (as is usual for cross-fitted calibration). Every row is held out once (cross-fitting), unless there are
/// so many that a share of them is enough evidence. Copies and near-copies of a text are held out together, and only
/// one of them is judged.
/// </summary>
internal static class HeadTrainer
{
    /// <summary>
    /// Maximum number of fits side by side, which bounds the memory (about 350 KiB per fit of 1,536 features).
    /// </summary>
    private const int GroupSize = 256;

    /// <summary>Rows times labels, from which on a group's memory is given back at once.</summary>
    private const long LargeGroup = 1_000_000;

    /// <summary>
    /// Trains heads for every label that has enough examples; the others are reported and do no harm.
    /// </summary>
    /// <param name="features">[texts, width] of one feature of the encoder: one row per text of the data set, then one
    /// for each derived row. A row that is not finite numbers is left out and remarked on.</param>
    /// <param name="data">Texts (used only to find copies), labels and answers.</param>
    /// <param name="feature">Name of the feature, e.g. <c>mean</c>.</param>
    /// <param name="encoder">Hash of the encoder.</param>
    /// <param name="options">How to train.</param>
    /// <param name="previous">Heads to start from, for the same encoder, at most one per label; a label's new head gets
    /// the next version. It starts from the old one, and names it as its parent, if that is on the same feature. Heads
    /// of labels that are not trained are ignored. Null for none.</param>
    /// <param name="derived">Additional examples for fits; null for none.</param>
    /// <param name="progress">Called after every pass; may be null.</param>
    /// <exception cref="ArgumentException">Options out of range, or features and data set do not belong
    /// together.</exception>
    /// <exception cref="HeadRefusedException">A previous head is for another encoder, or is damaged.</exception>
    public static TrainingResult Train(
        FeatureMatrix features,
        DataSet data,
        string feature,
        string encoder,
        TrainingOptions options,
        IReadOnlyList<Head>? previous = null,
        DerivedExamples? derived = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        // 1. Refuse what cannot work.
        if (options.Problems() is { Count: > 0 } wrong)
            throw new ArgumentException("training options: " + string.Join("; ", wrong), nameof(options));
        derived ??= new DerivedExamples();
        var more = derived.Sources.Count + derived.Pseudo.Count;
        if (features.Rows != data.Texts.Count + more)
            throw new ArgumentException(
                $"there are features of {features.Rows} texts, the data set has {data.Texts.Count} and " +
                $"{more} derived: encode exactly these, in order",
                nameof(features));
        if (features.Rows == 0)
            throw new ArgumentException("there are no texts to train on", nameof(features));
        foreach (var head in previous ?? [])
        {
            HeadCompatibility.Require(head, encoder);
            if (IsStart(head, feature))
                HeadCompatibility.Require(head, feature, features.Width, encoder);
        }
        progress?.Report(new TrainingProgress(TrainingStage.Preparing, 0, 0, null));

        // 2. Standardise; give each label its folds.
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism,
            CancellationToken = cancellation,
        };
        var problems = new List<LabelProblem>();
        var rows = new FittingRows(features, data, derived, options);
        var answers = rows.Answers;
        var trainable = Trainable(data.Labels, answers, options, problems);
        var standardisation = Standardisation.Of(rows.Features, parallel);
        var parents = (previous ?? []).ToDictionary(head => head.Label, StringComparer.Ordinal);
        var groups = Grouped(trainable.Zip(rows.Split(trainable)));

        // 3. Fit group by group.
        var pass = new LossPass(rows.Features, standardisation, answers, parallel);
        var (heads, figures, passes) = (new List<Head>(), new List<LabelFigures>(), 0);
        for (var index = 0; index < groups.Count; index++)
        {
            FitGroup(groups[index], index);
            // A group leaves large arrays behind, which the collector would let many groups pile up.
            if ((long)rows.Features.Rows * groups[index].Count >= LargeGroup)
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
        progress?.Report(new TrainingProgress(TrainingStage.Done, 1, 0, null));
        return new TrainingResult(heads, problems, figures, passes, rows.Remark is { } remark ? [remark] : []);

        void FitGroup(List<(int Label, int Folds)> members, int done)
        {
            var fits = members.ConvertAll(member => new CrossFittedLabel(
                member.Label,
                answers,
                member.Folds,
                parents.TryGetValue(data.Labels[member.Label], out var parent) && IsStart(parent, feature)
                    ? Start(parent, standardisation)
                    : null,
                features.Width,
                options,
                derived.Weights));
            var group = new RegularisationPath(pass, fits, features.Width, options, parallel);
            group.Run(report => progress?.Report(report with { Fraction = (done + report.Fraction) / groups.Count }));
            passes += group.Passes;

            // 4. Calibrate and fold into heads on raw features.
            var calibrated = new (Calibration, ProbabilityInterval?, ThresholdChoice, LabelFigures)[fits.Count];
            Parallel.For(0, fits.Count, parallel, i =>
                calibrated[i] = fits[i].Calibrate(data.Labels[fits[i].Label], options,
                    fits[i].HasPrior ? parents[data.Labels[fits[i].Label]] : null));
            foreach (var (fit, made) in fits.Zip(calibrated))
            {
                var label = data.Labels[fit.Label];
                var (calibration, interval, choice, figure) = made;
                figures.Add(figure);
                var parent = parents.GetValueOrDefault(label);
                var (weights, bias) = standardisation.ToRaw(fit.Final!.Point, fit.HasPrior ? parent!.Weights : null);
                heads.Add(new Head
                {
                    Label = label,
                    Version = (parent?.Version ?? 0) + 1,
                    Encoder = encoder,
                    Feature = feature,
                    Weights = weights,
                    Bias = (float)(bias - fit.Shift),
                    Calibration = calibration,
                    Interval = interval,
                    Thresholds = choice.Thresholds,
                    Certificate = choice.Certificate,
                    Training = new TrainingSummary(fit.Positives, fit.Negatives, figure.F1, figure.After.LogLoss),
                    Parent = parent is not null && IsStart(parent, feature) ? parent.Version : null,
                });
            }
        }
    }

    private static List<int> Trainable(
        ImmutableArray<string> labels, CrossFitAnswers answers, TrainingOptions options, List<LabelProblem> problems)
    {
        var trainable = new List<int>();
        for (var label = 0; label < labels.Length; label++)
        {
            var (positives, negatives) = answers.CountDistinct(label);
            var (fewer, kind) = positives <= negatives
                ? (positives, "have it")
                : (negatives, "are known not to have it");
            if (fewer >= options.MinimumExamples)
                trainable.Add(label);
            else
                problems.Add(new LabelProblem(
                    labels[label],
                    $"{fewer} of its {positives + negatives} answered texts {kind}{Copies(label)}, at least " +
                    $"{options.MinimumExamples} must: answer more texts"));
        }
        return trainable;

        string Copies(int label)
        {
            var (all, distinct) = (answers.Count(label), answers.CountDistinct(label));
            return distinct != all ? " (copies counted once)" : "";
        }
    }

    /// <summary>Groups of at most <see cref="GroupSize"/> fits each.</summary>
    private static List<List<(int Label, int Folds)>> Grouped(IEnumerable<(int Label, int Folds)> labels)
    {
        var groups = new List<List<(int Label, int Folds)>>();
        var size = GroupSize;
        foreach (var member in labels)
        {
            if (size + member.Folds > GroupSize)
            {
                groups.Add([]);
                size = 0;
            }
            groups[^1].Add(member);
            size += member.Folds;
        }
        return groups;
    }

    /// <summary>A head that was made from a description has seen no answers: it is no better start than none.</summary>
    private static bool IsStart(Head parent, string feature) => parent.Feature == feature && parent.Described is null;

    private static float[] Start(Head parent, Standardisation standardisation) =>
        standardisation.FromRaw(parent.Weights, parent.Bias);
}
