using System.Collections.Immutable;
using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Onnx.Graph;

namespace Worker.Onnx.Bundles;

/// <summary>
/// An imported encoder: a folder with graphs, weights, the tokenizer's files, the self-check and encoder.json, which
/// names these files with their sha256. An open bundle has each of them, unchanged. The heads next to them are the
/// user's to edit.
/// </summary>
public sealed class EncoderBundle
{
    private EncoderBundle(string folder, EncoderMetadata metadata)
    {
        Folder = folder;
        Metadata = metadata;
    }

    public string Folder { get; }

    /// <summary>
    /// Content hash (sha256, lower-case hex) of weights, configuration, vocabulary and tokenizer settings.
    /// </summary>
    public string Hash => Metadata.Hash;

    /// <summary>Floats in one feature.</summary>
    public int Hidden => Metadata.Hidden;

    public int Layers => Metadata.Layers;

    /// <summary>The longest row of a micro-batch, in tokens, [CLS] and [SEP] included.</summary>
    public int MaxTokens => Metadata.MaxTokens;

    /// <summary>How longer texts are read; null if they are cut.</summary>
    public Chunking? Chunking => Metadata.Chunking;

    /// <summary>Every token id is below this.</summary>
    public int VocabularySize => Metadata.VocabularySize;

    /// <summary>Architecture in words, e.g. <c>bert, 6 layers of 384, gelu</c>.</summary>
    public string Architecture => Metadata.Architecture;

    /// <summary>Features that a session can choose from: <c>mean</c>, <c>cls</c>, <c>layer1</c>, ...</summary>
    public ImmutableArray<string> Features => Metadata.Features;

    /// <summary>Floats in features that have another number than <see cref="Hidden"/>, by name.</summary>
    public IReadOnlyDictionary<string, int> Widths => Metadata.Widths;

    /// <summary>Put before every text; empty for nothing.</summary>
    public string Prompt => Metadata.Prompt;

    /// <summary>Whether texts are lower-cased although the tokenizer's files keep case.</summary>
    public bool LowersCase => Metadata.LowersCase;

    /// <summary>
    /// Labels of the checkpoint's own classification head, in the order of its logits; empty without one. Of merged
    /// checkpoints: those of each, one after the other.
    /// </summary>
    public ImmutableArray<string> OwnLabels => Metadata.OwnLabels;

    /// <summary>The checkpoints that were merged, in their order; empty if there was only one.</summary>
    public ImmutableArray<MergedCheckpoint> Merged => Metadata.Merged;

    /// <summary>Heads made from the checkpoints' own classifiers, one a line; null if there are none.</summary>
    public string? HeadsPath => File.Exists(Path.Combine(Folder, BundleFiles.Heads))
        ? Path.Combine(Folder, BundleFiles.Heads) : null;

    /// <summary>How far int8 was from f32 at the import; null in bundles of before this was measured.</summary>
    public QuantisationReport? Int8 => Metadata.Int8;

    /// <summary>
    /// The feature that is a text's embedding: <c>sentence</c> where a sentence-transformers folder asks for one of its
    /// own, otherwise <c>mean</c>.
    /// </summary>
    public string EmbeddingFeature =>
        Features.Contains(FeatureNames.Sentence, StringComparer.Ordinal) ? FeatureNames.Sentence : FeatureNames.Mean;

    internal EncoderMetadata Metadata { get; }

    /// <summary>
    /// The name of a feature that a head carries, e.g. <c>layer3+layer4+layer5+mean</c> for <c>taps</c>.
    /// </summary>
    /// <exception cref="UnknownFeatureException">It is not offered.</exception>
    public string Canonical(string feature) => FeatureNames.Canonical(feature, Layers, Features);

    /// <summary>Opens a bundle and checks every file against its sha256.</summary>
    /// <exception cref="EncoderException">It is not a bundle, it is of another format, or a file is missing or
    /// changed.</exception>
    public static EncoderBundle Open(string folder)
    {
        var metadata = EncoderMetadata.Read(folder);
        foreach (var (name, hash) in metadata.Files)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
                throw new EncoderException($"{path} is missing from the encoder bundle: import it again");
            if (!string.Equals(BundleFiles.Hash(path), hash, StringComparison.Ordinal))
                throw new EncoderException(
                    $"{path} is truncated or was changed since the import (its sha256 is not the one in " +
                    $"{EncoderMetadata.FileName}): import it again");
        }
        return new EncoderBundle(folder, metadata);
    }

    /// <summary>A bundle that is still being written.</summary>
    internal static EncoderBundle Unverified(string folder, EncoderMetadata metadata) => new(folder, metadata);

    internal string GraphPath(Variant variant) => Path.Combine(Folder, BundleFiles.Graph(variant));

    internal string SelfCheckPath => Path.Combine(Folder, BundleFiles.SelfCheck);
}
