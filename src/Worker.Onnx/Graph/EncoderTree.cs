using System.Collections.Immutable;
using Worker.Core.Features;
using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>
/// The layers of one or several checkpoints as a tree: they share a layer if it has the same weights in all of them,
/// and so have all layers below it. One checkpoint alone is a tree with one branch.
/// </summary>
internal sealed class EncoderTree
{
    /// <summary>The value that the first layer reads.</summary>
    private const string Root = "embeddings.norm";

    private EncoderTree(
        ImmutableArray<TreeBranch> branches, ImmutableArray<EncoderLayer> layers, SentenceModel? sentence)
    {
        Branches = branches;
        Layers = layers;
        // The mean is a feature anyway.
        Sentence = sentence is { IsMean: false } ? sentence : null;
    }

    /// <summary>The first checkpoint's own embedding of a text; null if that is the mean.</summary>
    public SentenceModel? Sentence { get; }

    /// <summary>One for each checkpoint, in their order.</summary>
    public ImmutableArray<TreeBranch> Branches { get; }

    /// <summary>Every layer once, each after the one that it reads.</summary>
    public ImmutableArray<EncoderLayer> Layers { get; }

    /// <summary>The sizes, which all checkpoints have; labels are those of the first.</summary>
    public EncoderConfig Config => Trunk.Config;

    /// <summary>
    /// The first checkpoint: its embeddings are everyone's, and its features have the plain names.
    /// </summary>
    public Checkpoint Trunk => Branches[0].Source;

    /// <summary>Whether there are several branches.</summary>
    public bool IsMerged => Branches.Length > 1;

    /// <summary>The names of everything that it offers.</summary>
    public ImmutableArray<string> Features =>
    [
        .. FeatureNames.Of(Config.Layers),
        .. Sentence is null ? (string[])[] : [FeatureNames.Sentence],
        .. Branches.SelectMany(branch => branch.Features(IsMerged)),
    ];

    /// <summary>A single checkpoint.</summary>
    public static EncoderTree Of(Checkpoint checkpoint, SentenceModel? sentence) => Of([("", checkpoint)], sentence);

    /// <param name="checkpoints">Their names in the graph, and the checkpoints: of the same sizes, with the same
    /// embeddings.</param>
    /// <param name="sentence">How the first one's folder embeds a text; null if it does not say.</param>
    public static EncoderTree Of(
        IReadOnlyList<(string Name, Checkpoint Source)> checkpoints, SentenceModel? sentence)
    {
        var layers = ImmutableArray.CreateBuilder<EncoderLayer>();
        var byPlace = new Dictionary<(string Input, string Weights), EncoderLayer>();
        var paths = new List<ImmutableArray<EncoderLayer>>();
        foreach (var (name, source) in checkpoints)
        {
            var path = ImmutableArray.CreateBuilder<EncoderLayer>();
            for (var number = 0; number < source.Config.Layers; number++)
            {
                var input = path.Count == 0 ? Root : path[^1].Output;
                // A single checkpoint has nobody to compare its weights with.
                var place = (input, checkpoints.Count > 1 ? source.WeightsHash($"layers.{number}.") : "");
                if (!byPlace.TryGetValue(place, out var layer))
                {
                    layer = new EncoderLayer(
                        paths.Count == 0 ? $"layers.{number}" : $"{name}/layers.{number}", input, number, source);
                    byPlace.Add(place, layer);
                    layers.Add(layer);
                }
                path.Add(layer);
            }
            paths.Add(path.ToImmutable());
        }
        return new EncoderTree(
            [.. checkpoints.Select((one, index) => Branch(one.Name, one.Source, index, paths))], layers.ToImmutable(),
            sentence);
    }

    private static TreeBranch Branch(
        string name, Checkpoint source, int index, List<ImmutableArray<EncoderLayer>> paths)
    {
        var before = paths.Take(index).SelectMany(path => path).ToHashSet();
        return new TreeBranch(
            name, source, paths[index], Common(paths[0], paths[index]),
            paths[index].Count(layer => !before.Contains(layer)));
    }

    /// <summary>How many layers two paths share, counted from the first.</summary>
    private static int Common(ImmutableArray<EncoderLayer> one, ImmutableArray<EncoderLayer> other) =>
        one.Zip(other).TakeWhile(pair => ReferenceEquals(pair.First, pair.Second)).Count();
}

/// <summary>A checkpoint's way through the tree, and its own head at the end.</summary>
/// <param name="Name">Its name in the graph; empty for a checkpoint that is alone.</param>
/// <param name="Source">The checkpoint.</param>
/// <param name="Layers">Its layers, from the first to the last.</param>
/// <param name="Shared">How many of them the first branch has too.</param>
/// <param name="Added">How many of them no branch before it has: what it adds to the graph.</param>
internal sealed record TreeBranch(
    string Name, Checkpoint Source, ImmutableArray<EncoderLayer> Layers, int Shared, int Added)
{
    /// <summary>The last layer's value; [batch, sequence, hidden].</summary>
    public string Output => Layers[^1].Output;

    /// <summary>A value of this branch alone.</summary>
    public string Named(string value) => Name.Length == 0 ? value : FeatureNames.Of(Name, value);

    /// <summary>The features that are named after this branch.</summary>
    public IEnumerable<string> Features(bool merged) =>
    [
        .. Source.Config.HasOwnHead ? [Named(FeatureNames.Pooled)] : (string[])[],
        .. merged ? [Named(FeatureNames.Mean), Named(FeatureNames.Cls)] : (string[])[],
    ];

    /// <summary>The layer in front of its own classifier, on [CLS].</summary>
    public Linear Dense => new(Named("head.dense"), Source, "head.dense");

    /// <summary>Its own classifier.</summary>
    public Linear Classifier => new(Named("head.classifier"), Source, "head.classifier");
}
