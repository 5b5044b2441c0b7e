namespace Worker.Onnx.Graph;

/// <summary>A linear layer y = x·W + b, in the variant's arithmetic.</summary>
internal sealed class LinearBlock(GraphWriter graph, Variant variant)
{
    /// <summary>What a linear layer reads of x; made once for all layers that read the same x.</summary>
    public LinearInput Input(string x)
    {
        if (variant == Variant.Float32)
            return new LinearInput(x, "", "");
        var input = new LinearInput($"{x}.quantised", $"{x}.scale", $"{x}.zero");
        graph.Add("DynamicQuantizeLinear", [input.Values, input.Scale, input.ZeroPoint], [x]);
        return input;
    }

    /// <returns>The output's name, which is the layer's; [.., outputs].</returns>
    public string Add(string name, LinearInput x)
    {
        var product = variant == Variant.Float32
            ? graph.Node("MatMul", $"{name}.product", [x.Values, graph.Weight($"{name}.weight")])
            : Quantised(name, x);
        return graph.Node("Add", name, [product, graph.Weight($"{name}.bias")]);
    }

    // (x_q - zero)·W_q summed in int32, times the scale of x and of each column of W.
    private string Quantised(string name, LinearInput x)
    {
        var weight = EncoderWeights.QuantisedName(name, variant);
        var sum = graph.Node("MatMulInteger", $"{name}.sum",
            [x.Values, graph.Weight(weight), x.ZeroPoint, graph.Weight(EncoderWeights.ZeroPoint)]);
        var real = graph.Node("Cast", $"{name}.real", [sum], GraphWriter.Integer("to", (long)Schema.TensorProto.Types.DataType.Float));
        var scale = graph.Node("Mul", $"{name}.scale", [x.Scale, graph.Weight(EncoderWeights.ScaleName(weight))]);
        return graph.Node("Mul", $"{name}.product", [real, scale]);
    }
}

/// <summary>A linear layer's input: its values, and when quantised their scale and zero point.</summary>
internal readonly record struct LinearInput(string Values, string Scale, string ZeroPoint);
