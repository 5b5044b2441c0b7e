using Worker.Core.Heads;
using Worker.Learning.Ensembles;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Experiments;

/// <summary>One way to make heads.</summary>
/// <param name="Name">Its name in options.</param>
/// <param name="Description">What it does, in half a line.</param>
internal sealed record Variant(string Name, string Description)
{
    /// <summary>Makes heads by label; every variant ends in one linear head per label.</summary>
    public required Func<Trial, VariantHeads> Make { get; init; }
}

/// <summary>The result of a variant on a split.</summary>
/// <param name="Heads">By label.</param>
/// <param name="Members">Members of a bagged ensemble, whose spread is an uncertainty of its own; null for other
/// variants.</param>
internal sealed record VariantHeads(
    IReadOnlyDictionary<string, Head> Heads, IReadOnlyDictionary<string, IReadOnlyList<Head>>? Members = null);

/// <summary>All existing variants.</summary>
internal static class Variants
{
    /// <summary>All variants for these options; the first is the base.</summary>
    /// <param name="altered">Whether there are altered copies of the texts.</param>
    public static IReadOnlyList<Variant> All(ExperimentOptions options, bool altered)
    {
        var (first, training) = (options.Features[0].Feature, options.Training);
        List<Variant> variants =
            [.. options.Features.Select(
                (feature, i) =>
                    Single(feature.Name, $"one head per label on {feature.Name}{(i == 0 ? ": the base" : "")}",
                    feature.Feature, training))];
        variants.AddRange(Imbalance.All.Where(way => altered || way != Imbalance.Augment).Select(way =>
            way == Imbalance.Augment
                ? new Variant(way.Variant, way.Description)
                {
                    Make = trial => new VariantHeads(trial.Augmented(first, training)),
                }
                : Single(way.Variant, way.Description, first, way.Apply(training))));
        variants.Add(new Variant(
            "bagged", $"mean of {options.Bags} heads on random {Math.Round(100 * Bagging.Share)}% of the texts, folded")
        {
            Make = trial =>
            {
                var members = trial.Bagged(first);
                return new VariantHeads(
                    members.ToDictionary(entry => entry.Key, entry => HeadEnsemble.Mean(entry.Value).Fold(),
                    StringComparer.Ordinal), members);
            },
        });
        if (options.Features.Count > 1)
        {
            var all = string.Join(" and ", options.Features.Select(feature => feature.Name));
            variants.Add(
                new Variant("ensemble-mean", $"mean of the heads on {all}, folded")
                {
                    Make = trial => Combined(trial, validation: true, (members, _, _) => HeadEnsemble.Mean(members)),
                });
            variants.Add(
                new Variant("ensemble-weighted", "weights by held-out log-loss, folded")
                {
                    Make = trial => Combined(trial, validation: false, Weighted),
                });
            variants.Add(
                new Variant("ensemble-stacked", "logistic regression on their logits, folded")
                {
                    Make = trial => Combined(trial, validation: false, Stacked),
                });
        }
        if (options.Update is { } share)
            variants.AddRange(UpdateVariants.All(share, first, training));
        return variants;
    }

    private static Variant Single(string name, string description, string feature, TrainingOptions training) =>
        new(name, description) { Make = trial => new VariantHeads(trial.Heads(feature, validation: true, training)) };

    /// <summary>Folds the heads of all features into one, for each label.</summary>
    /// <param name="validation">Members are fitted on the validation rows too, because no weights are learned
    /// there.</param>
    private static VariantHeads Combined(
        Trial trial, bool validation, Func<IReadOnlyList<Head>, double[], bool[], HeadEnsemble> combine)
    {
        var byFeature = trial.Options.Features.Select(feature =>
            trial.Heads(feature.Feature, validation, trial.Options.Training)).ToArray();
        var heads = new Dictionary<string, Head>(StringComparer.Ordinal);
        for (var column = 0; column < trial.Data.Labels.Length; column++)
        {
            var label = trial.Data.Labels[column];
            if (!byFeature.All(heads => heads.ContainsKey(label)))
                continue;
            Head[] members = [.. byFeature.Select(of => of[label])];
            if (validation)
            {
                heads[label] = combine(members, [], []).Fold();
                continue;
            }
            heads[label] = Weighed(trial, label, members, trial.Rows.Validation, combine);
        }
        return new VariantHeads(heads);
    }

    /// <summary>Combines one label's heads by what rows say that none was fitted on, and folds them.</summary>
    public static Head Weighed(
        Trial trial, string label, Head[] members, int[] heldOut,
        Func<IReadOnlyList<Head>, double[], bool[], HeadEnsemble> combine)
    {
        var column = trial.Data.Labels.IndexOf(label);
        int[] rows = [.. heldOut.Where(row => trial.Data.Answers[row, column] != AnswerMatrix.Unknown)];
        bool[] answers = [.. rows.Select(row => trial.Data.Answers[row, column] == AnswerMatrix.Yes)];
        // One kind of answer teaches no weights.
        if (!answers.Contains(true) || !answers.Contains(false))
            return HeadEnsemble.Mean(members).Fold();
        var head = combine(members, LogOdds(trial, members, rows), answers).Fold();
        var probabilities = trial.Logits(head, rows);
        for (var i = 0; i < rows.Length; i++)
            probabilities[i] = Calibration.Identity.Probability(probabilities[i]);
        // Too few positives leave the members' own threshold, which they learnt on more.
        var decide = answers.Count(answer => answer) < DecisionThreshold.MinimumPositives
            ? head.Thresholds.Decide
            : DecisionThreshold.Choose(probabilities, answers);
        return head with { Thresholds = new Thresholds(decide, decide, decide) };
    }

    /// <summary>Weights by held-out log-loss.</summary>
    public static HeadEnsemble Weighted(IReadOnlyList<Head> members, double[] logOdds, bool[] answers) =>
        new(members, EnsembleWeights.ByLogLoss(logOdds, answers, members.Count));

    private static HeadEnsemble Stacked(IReadOnlyList<Head> members, double[] logOdds, bool[] answers)
    {
        var (weights, intercept) = EnsembleWeights.Stacked(logOdds, answers, members.Count);
        return new HeadEnsemble(members, weights, intercept);
    }

    /// <summary>[rows, members], row-major.</summary>
    private static double[] LogOdds(Trial trial, Head[] members, int[] rows)
    {
        var logOdds = new double[rows.Length * members.Length];
        for (var k = 0; k < members.Length; k++)
        {
            var logits = trial.Logits(members[k], rows);
            for (var i = 0; i < rows.Length; i++)
                logOdds[i * members.Length + k] = members[k].Calibration.Slope * logits[i]
                    + members[k].Calibration.Intercept;
        }
        return logOdds;
    }
}
