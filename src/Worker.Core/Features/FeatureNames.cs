using System.Collections.Immutable;
using System.Globalization;

namespace Worker.Core.Features;

/// <summary>
/// How features are named. A single feature of an encoder is <c>mean</c>, <c>cls</c> or <c>layerN</c>. Several are
/// joined by <c>+</c>: <c>layer3+layer4+layer5+mean</c>. Two names mean several features: <c>taps</c>, the means of the
/// last four layers (of all layers if there are fewer), and <c>all</c>. The last layer's mean is <c>mean</c>;
/// <c>layerN</c> of the last layer means the same. A checkpoint with a classifier of its own also has <c>pooled</c>,
/// which that classifier reads. Where several checkpoints were merged, these are the first one's features, and
/// <c>NAME/pooled</c>, <c>NAME/mean</c> and <c>NAME/cls</c> those of each; <c>own</c> means all that their own
/// classifiers read, if there are any.
/// </summary>
public static class FeatureNames
{
    public const string Mean = "mean";
    public const string Cls = "cls";

    /// <summary>What the checkpoint's own classifier reads: a layer on [CLS], with its activation.</summary>
    public const string Pooled = "pooled";

    /// <summary>
    /// The embedding that a sentence-transformers folder asks for, if that is not the mean; its width is its own.
    /// </summary>
    public const string Sentence = "sentence";

    /// <summary>Means <see cref="Pooled"/> of every checkpoint in the encoder; nothing if there is none.</summary>
    public const string Own = "own";

    /// <summary>
    /// Means the means of the last <see cref="TapLayers"/> layers: they see tone, while the last layer alone sees
    /// mostly topic.
    /// </summary>
    public const string Taps = "taps";

    /// <summary>Means everything that the encoder offers.</summary>
    public const string All = "all";

    /// <summary>How many layers, counted from the last, are tapped.</summary>
    public const int TapLayers = 4;

    private const string Layer = "layer";

    /// <summary>The name of the mean of a layer, counted from 1.</summary>
    public static string LayerMean(int layer, int layers) =>
        layer == layers ? Mean : string.Create(CultureInfo.InvariantCulture, $"{Layer}{layer}");

    /// <summary>Every feature that an encoder with a number of layers offers.</summary>
    public static ImmutableArray<string> Of(int layers) =>
        [Mean, Cls, .. Enumerable.Range(1, layers - 1).Select(layer => LayerMean(layer, layers))];

    /// <summary>The parts of a name, unchanged and in order: one, or those joined by <c>+</c>.</summary>
    public static string[] Parts(string feature) => feature.Split('+', StringSplitOptions.TrimEntries);

    /// <summary>
    /// Replaces names that mean several features, and the last layer's second name, by the features' own names; in
    /// order, each once.
    /// </summary>
    /// <param name="features">Names, e.g. <c>taps</c> or <c>layer3+mean</c>.</param>
    /// <param name="layers">Layers of the encoder.</param>
    /// <exception cref="UnknownFeatureException">A name that an encoder with this many layers does not
    /// offer.</exception>
    public static ImmutableArray<string> Expand(IEnumerable<string> features, int layers) =>
        Expand(features, layers, Of(layers));

    /// <summary>The same for an encoder that may offer more than its layers.</summary>
    /// <param name="features">Names, e.g. <c>taps</c> or <c>layer3+mean</c>.</param>
    /// <param name="layers">Layers of the encoder.</param>
    /// <param name="offered">Everything that it offers.</param>
    /// <exception cref="UnknownFeatureException">A name that is not offered.</exception>
    public static ImmutableArray<string> Expand(
        IEnumerable<string> features, int layers, ImmutableArray<string> offered)
    {
        var all = new List<string>();
        foreach (var part in features.SelectMany(Parts))
        {
            var names = part switch
            {
                Taps => Enumerable.Range(1, layers).TakeLast(TapLayers).Select(layer => LayerMean(layer, layers)),
                All => offered,
                Own => offered.Where(IsPooled),
                _ => [OwnName(part, layers)],
            };
            foreach (var name in names)
            {
                if (!offered.Contains(name, StringComparer.Ordinal))
                    throw new UnknownFeatureException(name, offered);
                if (!all.Contains(name, StringComparer.Ordinal))
                    all.Add(name);
            }
        }
        return [.. all];
    }

    /// <summary>The name that a head carries, e.g. <c>layer3+layer4+layer5+mean</c> for <c>taps</c>.</summary>
    /// <exception cref="UnknownFeatureException">A name that an encoder with this many layers does not
    /// offer.</exception>
    public static string Canonical(string feature, int layers) => Canonical(feature, layers, Of(layers));

    /// <inheritdoc cref="Expand(IEnumerable{string}, int, ImmutableArray{string})"/>
    public static string Canonical(string feature, int layers, ImmutableArray<string> offered) =>
        string.Join('+', Expand([feature], layers, offered));

    /// <summary>A feature of one of several merged checkpoints.</summary>
    public static string Of(string branch, string feature) => $"{branch}/{feature}";

    private static bool IsPooled(string name) =>
        name == Pooled || name.EndsWith($"/{Pooled}", StringComparison.Ordinal);

    /// <summary><c>mean</c> for the last layer's second name; any other name unchanged.</summary>
    internal static string OwnName(string name, int layers) =>
        string.Equals(name, string.Create(CultureInfo.InvariantCulture, $"{Layer}{layers}"), StringComparison.Ordinal)
            ? Mean
            : name;
}

/// <summary>A feature that an encoder does not have.</summary>
public sealed class UnknownFeatureException(string name, IEnumerable<string> offered) : UserFacingException(
    $"feature '{name}' is not offered by this encoder: choose from {string.Join(", ", offered)}, several joined by " +
        $"'+', or {FeatureNames.Taps} or {FeatureNames.All}")
{
    public string Feature { get; } = name;
}
