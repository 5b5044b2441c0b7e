using System.Collections.Immutable;

namespace Worker.Core.Features;

/// <summary>One feature in the vector that an encoder returns for a text.</summary>
/// <param name="Name"><c>mean</c> (mean of the last layer over all tokens), <c>cls</c> (last layer at the first token)
/// or <c>layerN</c> (mean of layer N, counted from 1).</param>
/// <param name="Offset">Where it starts in the feature vector, in floats.</param>
/// <param name="Width">How many floats it has.</param>
public sealed record Feature(string Name, int Offset, int Width);

/// <summary>The features that an encoder returns for each text, in order; together they are the feature vector.</summary>
public sealed class FeatureLayout
{
    private readonly ImmutableArray<Feature> features;

    /// <param name="names">Feature names in order, each once.</param>
    /// <param name="hidden">Width of each, in floats.</param>
    public FeatureLayout(IEnumerable<string> names, int hidden)
    {
        features = [.. names.Select((name, index) => new Feature(name, index * hidden, hidden))];
        Width = features.Length * hidden;
        if (features.Length == 0)
            throw new ArgumentException("an encoder needs at least one feature, e.g. 'mean'", nameof(names));
        if (features.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count() != features.Length)
            throw new ArgumentException($"a feature is named twice in: {this}", nameof(names));
    }

    /// <summary>Floats in the whole feature vector.</summary>
    public int Width { get; }

    public IReadOnlyList<Feature> Features => features;

    /// <summary>The feature of that name, or null.</summary>
    public Feature? Find(string name) => features.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.Ordinal));

    public override string ToString() => string.Join(", ", features.Select(f => f.Name));
}
