using System.Collections.Immutable;

namespace Worker.Core.Features;

/// <summary>One feature in the vector that an encoder returns for a text.</summary>
/// <param name="Name"><c>mean</c> (mean of the last layer over all tokens), <c>cls</c> (last layer at the first token)
/// or <c>layerN</c> (mean of layer N, counted from 1).</param>
/// <param name="Offset">Where it starts in the feature vector, in floats.</param>
/// <param name="Width">How many floats it has.</param>
public sealed record Feature(string Name, int Offset, int Width);

/// <summary>
/// The features that an encoder returns for each text, in order; together they are the feature vector.
/// </summary>
public sealed class FeatureLayout
{
    private readonly ImmutableArray<Feature> features;
    private readonly int layers;

    /// <param name="names">Feature names in order, each once.</param>
    /// <param name="hidden">Width of a feature, in floats.</param>
    /// <param name="layers">Layers of the encoder, so that the last layer's <c>layerN</c> is found as <c>mean</c>; 0 if
    /// unknown.</param>
    /// <param name="widths">Widths of features that are not <paramref name="hidden"/> wide; null for none.</param>
    public FeatureLayout(
        IEnumerable<string> names, int hidden, int layers = 0, IReadOnlyDictionary<string, int>? widths = null)
    {
        this.layers = layers;
        var builder = ImmutableArray.CreateBuilder<Feature>();
        foreach (var name in names)
        {
            var width = widths?.GetValueOrDefault(name, hidden) ?? hidden;
            builder.Add(new Feature(name, Width, width));
            Width += width;
        }
        features = builder.ToImmutable();
        if (features.Length == 0)
            throw new ArgumentException("an encoder needs at least one feature, e.g. 'mean'", nameof(names));
        if (features.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count() != features.Length)
            throw new ArgumentException($"a feature is named twice in: {this}", nameof(names));
    }

    /// <summary>Floats in the whole feature vector.</summary>
    public int Width { get; }

    public IReadOnlyList<Feature> Features => features;

    /// <summary>The whole vector's name as a head would carry it, e.g. <c>layer3+layer4+layer5+mean</c>.</summary>
    public string Name => string.Join('+', features.Select(f => f.Name));

    /// <summary>The feature of that name, or null.</summary>
    public Feature? Find(string name)
    {
        var canonical = FeatureNames.OwnName(name, layers);
        return features.FirstOrDefault(f => string.Equals(f.Name, canonical, StringComparison.Ordinal));
    }

    /// <summary>
    /// Where the floats of a head's feature are, for one name or several joined by <c>+</c>; null if the encoder does
    /// not return one of them, or one is named twice.
    /// </summary>
    public FeatureSlices? Resolve(string feature)
    {
        var parts = FeatureNames.Parts(feature).Select(Find).ToArray();
        return parts.Contains(null) || parts.Distinct().Count() != parts.Length ? null : new FeatureSlices(parts!);
    }

    public override string ToString() => string.Join(", ", features.Select(f => f.Name));
}

/// <summary>The floats of a head's feature within an encoder's feature vector.</summary>
public sealed class FeatureSlices
{
    private readonly ImmutableArray<Feature> parts;

    internal FeatureSlices(IEnumerable<Feature> parts)
    {
        this.parts = [.. parts];
        Width = this.parts.Sum(part => part.Width);
    }

    /// <summary>Floats in all.</summary>
    public int Width { get; }

    /// <summary>In the order of the head's weights.</summary>
    public IReadOnlyList<Feature> Parts => parts;

    /// <summary>Copies a text's floats of this feature.</summary>
    /// <param name="vector">The encoder's feature vector; [layout width].</param>
    /// <param name="target">Receives [Width].</param>
    public void Gather(ReadOnlySpan<float> vector, Span<float> target)
    {
        var at = 0;
        foreach (var part in parts)
        {
            vector.Slice(part.Offset, part.Width).CopyTo(target[at..]);
            at += part.Width;
        }
    }
}
