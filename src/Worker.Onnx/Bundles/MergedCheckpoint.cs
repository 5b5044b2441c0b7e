using System.Collections.Immutable;

namespace Worker.Onnx.Bundles;

/// <summary>One of several checkpoints that share an encoder.</summary>
/// <param name="Name">Its folder's name: its features are called <c>Name/pooled</c>, <c>Name/mean</c> and
/// <c>Name/cls</c>.</param>
/// <param name="OwnLabels">Labels of its own classification head, in the order of its logits; empty without
/// one.</param>
/// <param name="SharedLayers">How many of its layers the first checkpoint has too.</param>
/// <param name="AddedLayers">How many layers no checkpoint before it has: what it costs on top of those.</param>
public sealed record MergedCheckpoint(
    string Name, ImmutableArray<string> OwnLabels, int SharedLayers, int AddedLayers);
