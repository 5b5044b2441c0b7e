using Worker.Onnx.Schema;

namespace Worker.Onnx.Graph;

/// <summary>
/// Computes layer normalisation on the CPU as MeanVarianceNormalization, a product and a sum. The runtime's own kernel
/// (LayerNormalization, and SkipLayerNormalization which it makes of it) adds up a row number by number and takes three
/// times as long (docs/decisions/0019). On a GPU the fused one is the faster.
/// </summary>
internal static class CpuNormalisation
{
    /// <summary>
    /// MeanVarianceNormalization adds 1e-9 to the standard deviation, and no epsilon to the variance. Up to here f32
    /// cannot tell the two apart.
    /// </summary>
    private const float LargestEpsilon = 1e-11f;

    /// <summary>Replaces the nodes; outputs keep their names.</summary>
    public static void Apply(GraphProto graph)
    {
        for (var i = graph.Node.Count - 1; i >= 0; i--)
        {
            if (graph.Node[i] is not { OpType: "LayerNormalization" } node
                || node.Attribute.First(attribute => attribute.Name == "epsilon").F > LargestEpsilon)
                continue;
            var name = node.Output[0];
            var (white, scaled) = ($"{name}.white", $"{name}.scaled");
            graph.Node.RemoveAt(i);
            graph.Node.Insert(i, Node("Add", name, scaled, node.Input[2]));
            graph.Node.Insert(i, Node("Mul", scaled, white, node.Input[1]));
            var normalised = Node("MeanVarianceNormalization", white, node.Input[0]);
            normalised.Attribute.Add(GraphWriter.Integers("axes", -1));
            graph.Node.Insert(i, normalised);
        }
    }

    private static NodeProto Node(string operation, string output, params string[] inputs) =>
        new() { OpType = operation, Name = output, Input = { inputs }, Output = { output } };
}
