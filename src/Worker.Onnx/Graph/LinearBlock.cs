using Worker.Onnx.Schema;

namespace Worker.Onnx.Graph;

/// <summary>Linear layers y = x·W + b, in the variant's arithmetic.</summary>
internal sealed class LinearBlock(GraphWriter graph, Variant variant)
{
    /// <summary>Adds the layers of a group; each one's output is named after it; [.., outputs].</summary>
    public void Add(LinearGroup group)
    {
        var x = variant == Variant.Float32 ? new QuantisedInput(group.Input, "", "") : Quantise(group);
        foreach (var (linear, _, _) in group.Linears)
        {
            var product = variant == Variant.Float32
                ? graph.Node("MatMul", $"{linear}.product", [group.Input, graph.Weight($"{linear}.weight")])
                : Product(linear, x);
            graph.Node("Add", linear, [product, graph.Weight($"{linear}.bias")]);
        }
    }

    private QuantisedInput Quantise(LinearGroup group)
    {
        var smooth = graph.Offers(group.Smoothing)
            ? graph.Node("Mul", $"{group.Name}.smooth", [group.Input, graph.Weight(group.Smoothing)])
            : group.Input;
        var x = new QuantisedInput($"{group.Name}.levels", $"{group.Name}.level_scale", $"{group.Name}.level_zero");
        graph.Add("DynamicQuantizeLinear", [x.Levels, x.Scale, x.ZeroPoint], [smooth]);
        return x;
    }

    // (x_q - zero)·W_q summed in int32, times the scale of x and of each column of W.
    private string Product(string linear, QuantisedInput x)
    {
        var sum = graph.Node("MatMulInteger", $"{linear}.sum",
            [x.Levels, graph.Weight(QuantisedWeights.Levels(linear)), x.ZeroPoint,
                graph.Weight(QuantisedWeights.ZeroPoint)]);
        var real = graph.Node(
            "Cast", $"{linear}.real", [sum], GraphWriter.Integer("to", (long)TensorProto.Types.DataType.Float));
        var scale = graph.Node("Mul", $"{linear}.scale", [x.Scale, graph.Weight(QuantisedWeights.Scales(linear))]);
        return graph.Node("Mul", $"{linear}.product", [real, scale]);
    }

    private readonly record struct QuantisedInput(string Levels, string Scale, string ZeroPoint);
}
