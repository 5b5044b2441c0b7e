using Google.Protobuf;
using Worker.Core.Features;
using Worker.Onnx.Schema;

namespace Worker.Onnx.Graph;

/// <summary>
/// Turns a stored graph into a session's graph: keeps the wanted features, adds the heads on top as inputs, and drops
/// all nodes and tensors that are then unused (a session on layer 3 runs three layers).
/// </summary>
internal static class GraphSelection
{
    /// <param name="stored">The stored graph, as <see cref="EncoderGraph"/> builds it; it is modified.</param>
    /// <param name="features">Features wanted, in order; each is offered by the graph.</param>
    /// <param name="ownLogits">Whether the checkpoint's own head is wanted too.</param>
    /// <returns>The model's bytes.</returns>
    public static byte[] Select(ModelProto stored, FeatureLayout features, bool ownLogits)
    {
        var graph = stored.Graph;
        var width = $"{features.Width}";
        graph.Input.Add(GraphWriter.Value(GraphNames.HeadWeights, TensorProto.Types.DataType.Float, width, "labels"));
        graph.Input.Add(GraphWriter.Value(GraphNames.HeadBias, TensorProto.Types.DataType.Float, "labels"));

        var joined = new NodeProto
        {
            OpType = "Concat",
            Name = GraphNames.Features,
            Output = { GraphNames.Features },
            Attribute = { GraphWriter.Integer("axis", 1) },
        };
        foreach (var feature in features.Features)
            joined.Input.Add(feature.Name);
        graph.Node.Add(joined);
        graph.Node.Add(new NodeProto
        {
            OpType = "Gemm",
            Name = GraphNames.Logits,
            Input = { GraphNames.Features, GraphNames.HeadWeights, GraphNames.HeadBias },
            Output = { GraphNames.Logits },
        });

        var own = graph.Output.FirstOrDefault(o => ownLogits && o.Name == GraphNames.OwnLogits);
        graph.Output.Clear();
        graph.Output.Add(GraphWriter.Value(GraphNames.Features, TensorProto.Types.DataType.Float, "batch", width));
        graph.Output.Add(GraphWriter.Value(GraphNames.Logits, TensorProto.Types.DataType.Float, "batch", "labels"));
        if (own is not null)
            graph.Output.Add(own);
        Prune(graph);
        return stored.ToByteArray();
    }

    // Nodes are stored in topological order. Going backwards, a node is needed if one of its outputs is.
    private static void Prune(GraphProto graph)
    {
        var needed = graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = graph.Node.Count - 1; i >= 0; i--)
        {
            if (graph.Node[i].Output.Any(needed.Contains))
                needed.UnionWith(graph.Node[i].Input);
            else
                graph.Node.RemoveAt(i);
        }
        for (var i = graph.Initializer.Count - 1; i >= 0; i--)
            if (!needed.Contains(graph.Initializer[i].Name))
                graph.Initializer.RemoveAt(i);
    }
}
