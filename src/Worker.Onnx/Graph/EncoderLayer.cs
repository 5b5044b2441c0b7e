using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>A layer in the graph. Branches with the same weights up to here share it.</summary>
/// <param name="Name">Its name in the graph, e.g. <c>layers.3</c>, or <c>spam/layers.3</c> in a branch.</param>
/// <param name="Input">The value that it reads; [batch, sequence, hidden].</param>
/// <param name="Number">Which layer of its checkpoint it is, from 0.</param>
/// <param name="Source">The checkpoint that has its weights.</param>
internal sealed record EncoderLayer(string Name, string Input, int Number, Checkpoint Source)
{
    /// <summary>The value that it computes; [batch, sequence, hidden].</summary>
    public string Output => $"{Name}.output_norm";

    /// <summary>One of its linear layers, e.g. <c>query</c>.</summary>
    public Linear Linear(string part) => new($"{Name}.{part}", Source, $"layers.{Number}.{part}");
}

/// <summary>A linear layer y = x·W + b.</summary>
/// <param name="Name">Its name in the graph; its output has the same one.</param>
/// <param name="Source">The checkpoint that has its weights.</param>
/// <param name="Stored">Its name in the checkpoint.</param>
internal sealed record Linear(string Name, Checkpoint Source, string Stored);
