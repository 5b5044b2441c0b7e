using System.Collections.Immutable;
using System.Numerics.Tensors;
using Worker.Core.Heads;
using Worker.Learning.Ensembles;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Experiments;

/// <summary>One seed's split, with the heads fitted on it so far: variants that share heads fit them once.</summary>
internal sealed class Trial(
    DataSet data, Func<string, FeatureMatrix> features, AlteredTexts? altered, string encoder,
    ExperimentOptions options, RandomSplit split, int seed, CancellationToken cancellation)
{
    private readonly Dictionary<(string Feature, bool Validation, TrainingOptions Options),
        IReadOnlyDictionary<string, Head>> fitted = [];
    private IReadOnlyDictionary<string, Head>? old;

    public ExperimentOptions Options => options;

    public DataSet Data => data;

    public RandomSplit Rows => split;

    /// <summary>Heads by label; labels too rare in this split are missing.</summary>
    /// <param name="validation">Whether the validation rows are fitted on too.</param>
    public IReadOnlyDictionary<string, Head> Heads(string feature, bool validation, TrainingOptions training)
    {
        var key = (feature, validation, training);
        if (!fitted.TryGetValue(key, out var heads))
        {
            var rows = validation ? split.Both : split.Fit;
            fitted[key] = heads = Fitted(feature, rows, training);
        }
        return heads;
    }

    /// <summary>Heads by label, fitted on some rows.</summary>
    /// <param name="previous">Heads to start from, or nothing.</param>
    public IReadOnlyDictionary<string, Head> Fitted(
        string feature, int[] rows, TrainingOptions training, IReadOnlyList<Head>? previous = null) =>
        rows.Length == 0 ? ImmutableDictionary<string, Head>.Empty : HeadTrainer
            .Train(features(feature).Part(rows), data.Part(rows), feature, encoder, training with { Seed = seed },
                previous, cancellation: cancellation)
            .Heads.ToDictionary(head => head.Label, StringComparer.Ordinal);

    /// <summary>The same for the rows that heads to be brought up to date are fitted on: once a split.</summary>
    public IReadOnlyDictionary<string, Head> FittedOnce(string feature, int[] rows, TrainingOptions training) =>
        old ??= Fitted(feature, rows, training);

    /// <summary>Heads by label, fitted on fit and validation rows and on altered copies of these rows only.</summary>
    public IReadOnlyDictionary<string, Head> Augmented(string feature, TrainingOptions training)
    {
        var place = split.Both.Select((row, i) => (row, i)).ToDictionary(at => at.row, at => at.i);
        int[] copies =
            [.. Enumerable.Range(0, altered!.Sources.Count).Where(copy => place.ContainsKey(altered.Sources[copy]))];
        var all = altered.Features(feature);
        var matrix = features(feature).Part(split.Both).Append([.. copies.SelectMany(copy => all.Row(copy).ToArray())]);
        return HeadTrainer
            .Train(matrix, data.Part(split.Both), feature, encoder, training with { Seed = seed },
                derived: new DerivedExamples { Sources = [.. copies.Select(copy => place[altered.Sources[copy]])] },
                cancellation: cancellation)
            .Heads.ToDictionary(head => head.Label, StringComparer.Ordinal);
    }

    /// <summary>Bagged members by label, fitted on fit and validation rows.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Head>> Bagged(string feature) => Bagging.Train(
        features(feature).Part(split.Both), data.Part(split.Both), feature, encoder,
            options.Training with { Seed = seed }, options.Bags, cancellation: cancellation);

    /// <summary>A head's logits of rows.</summary>
    public double[] Logits(Head head, int[] rows)
    {
        var matrix = features(head.Feature);
        return Array.ConvertAll(rows, row => (double)(TensorPrimitives.Dot(matrix.Row(row), head.Weights) + head.Bias));
    }
}
