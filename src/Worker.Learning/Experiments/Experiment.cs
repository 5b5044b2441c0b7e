using System.Diagnostics;
using Worker.Core.Heads;
using Worker.Learning.Ensembles;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Experiments;

/// <summary>Compares variants on random splits of one data set: every variant sees the same splits.</summary>
internal static class Experiment
{
    /// <summary>Runs all seeds.</summary>
    /// <param name="features">All texts' features by the name that heads carry (those of
    /// <see cref="ExperimentOptions.Features"/>, and unions of them for ensembles), encoded once.</param>
    /// <param name="altered">Altered copies, if they are compared.</param>
    /// <param name="progress">Gets the share that is done, from 0 to 1.</param>
    /// <exception cref="ExperimentRefusedException">Options out of range, an unknown variant, or too few
    /// texts.</exception>
    public static ExperimentResult Run(
        DataSet data, Func<string, FeatureMatrix> features, string encoder, ExperimentOptions options,
        AlteredTexts? altered = null, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        if (options.Problems() is { Count: > 0 } wrong)
            throw new ExperimentRefusedException(string.Join("; ", wrong));
        var variants = Chosen(options, altered is not null);
        var cached = new Dictionary<string, FeatureMatrix>(StringComparer.Ordinal);
        FeatureMatrix Cached(string name) =>
            cached.TryGetValue(name, out var matrix) ? matrix : cached[name] = features(name);

        var runs = variants.Select(_ => new Runs()).ToArray();
        RandomSplit? split = null;
        for (var seed = 0; seed < options.Seeds; seed++)
        {
            split = RandomSplit.Of(data.Groups, options.Validation, options.Test, options.FirstSeed + seed);
            if (split.Fit.Length == 0 || split.Validation.Length == 0 || split.Test.Length == 0)
                throw new ExperimentRefusedException(
                    $"{data.Groups.Count} distinct texts are too few to split: answer more");
            var trial = new Trial(
                data, Cached, altered, encoder, options, split, options.FirstSeed + seed, cancellation);
            // Figures count copies of a text once.
            var part = data.Part(split.Test);
            var test = part.WithAnswers(part.Answers.OncePerGroup(part.Groups));
            for (var i = 0; i < variants.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var started = Stopwatch.GetTimestamp();
                var made = variants[i].Make(trial);
                runs[i].Seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
                Measure(trial, made, test, runs[i]);
                progress?.Invoke((seed + (i + 1.0) / variants.Count) / options.Seeds);
            }
        }
        return new ExperimentResult(
            data.Labels,
            [.. variants.Zip(
                runs, (variant, run) =>
                    new VariantResult(
                        variant.Name, variant.Description, run.Evaluations, run.Mistakes, run.Spreads, run.Seconds))],
            (split!.Fit.Length, split.Validation.Length, split.Test.Length),
            options.Seeds);
    }

    /// <summary>Whether altered copies of the texts are wanted.</summary>
    public static bool WantsAltered(ExperimentOptions options) =>
        options.Only.Count == 0 || options.Only.Contains(Imbalance.Augment.Variant, StringComparer.Ordinal);

    private static IReadOnlyList<Variant> Chosen(ExperimentOptions options, bool altered)
    {
        var all = Variants.All(options, altered);
        if (options.Only.Except(all.Select(v => v.Name), StringComparer.Ordinal).ToArray() is { Length: > 0 } unknown)
            throw new ExperimentRefusedException(
                $"there is no variant {string.Join(", ", unknown)}: choose from " +
                $"{string.Join(", ", all.Select(v => v.Name))}");
        return options.Only.Count == 0
            ? all
            : [.. all.Where((variant, i) => i == 0 || options.Only.Contains(variant.Name, StringComparer.Ordinal))];
    }

    private static void Measure(Trial trial, VariantHeads made, DataSet test, Runs run)
    {
        var (rows, labels) = (trial.Rows.Test, trial.Data.Labels);
        var (probabilities, thresholds) = (new double[rows.Length * labels.Length], new double[labels.Length]);
        var (doubts, spreads, wrong) = (new List<double>(), new List<double>(), new List<bool>());
        for (var column = 0; column < labels.Length; column++)
        {
            var head = made.Heads.GetValueOrDefault(labels[column]) ?? Share(trial, column);
            thresholds[column] = head.Thresholds.Decide;
            var logits = head.Weights.Length == 0
                ? [.. Enumerable.Repeat((double)head.Bias, rows.Length)]
                : trial.Logits(head, rows);
            var members = made.Members?.GetValueOrDefault(labels[column])?.Select(member =>
                (Head: member, Logits: trial.Logits(member, rows))).ToArray();
            for (var i = 0; i < rows.Length; i++)
            {
                var p = head.Calibration.Probability(logits[i]);
                probabilities[i * labels.Length + column] = p;
                if (test.Answers[i, column] == AnswerMatrix.Unknown)
                    continue;
                var yes = p >= thresholds[column];
                doubts.Add(yes ? 1 - p : p);
                wrong.Add(yes != (test.Answers[i, column] == AnswerMatrix.Yes));
                if (made.Members is not null)
                    spreads.Add(
                        members is null
                            ? 0
                            : Bagging.Spread([.. members.Select(m => m.Head.Calibration.Probability(m.Logits[i]))]));
            }
        }
        run.Evaluations.Add(Evaluator.Evaluate(labels, thresholds, probabilities, test.Answers));
        if (RankingMetrics.RocAuc([.. doubts], [.. wrong]) is { } area)
            run.Mistakes.Add(area);
        if (made.Members is not null && RankingMetrics.RocAuc([.. spreads], [.. wrong]) is { } spread)
            run.Spreads.Add(spread);
    }

    /// <summary>
    /// A label too rare to train in this split gets its share of positives as the probability of every text, in every
    /// variant.
    /// </summary>
    private static Head Share(Trial trial, int column)
    {
        var (positives, negatives) = trial.Data.Part(trial.Rows.Both).Answers.Count(column);
        return new Head
        {
            Label = trial.Data.Labels[column],
            Version = 1,
            Encoder = "",
            Feature = "",
            Weights = [],
            Bias = (float)Math.Log((positives + 0.5) / (negatives + 0.5)),
        };
    }

    private sealed class Runs
    {
        public List<Evaluation> Evaluations { get; } = [];

        public List<double> Mistakes { get; } = [];

        public List<double> Spreads { get; } = [];

        public double Seconds { get; set; }
    }
}
