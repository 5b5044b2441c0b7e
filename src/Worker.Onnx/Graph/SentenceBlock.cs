using System.Globalization;
using Worker.Core.Features;
using Worker.Onnx.Checkpoints;
using Worker.Onnx.Safetensors;
using Worker.Onnx.Schema;

namespace Worker.Onnx.Graph;

/// <summary>
/// A text's embedding as a sentence-transformers folder asks for it: poolings, linear layers, length.
/// </summary>
internal sealed class SentenceBlock(GraphWriter graph, SentenceModel model, int hidden)
{
    /// <summary>Writes the weights of its linear layers, as [inputs, outputs].</summary>
    public static void WriteWeights(SentenceModel model, WeightFile weights)
    {
        foreach (var (index, dense) in model.Steps.Index())
            if (dense is DenseStep { Inputs: var inputs, Outputs: var outputs } step)
            {
                using var file = SafetensorsFile.Open(step.Weights);
                weights.Add(
                    $"{Name(index)}.weight",
                    EncoderWeights.Transposed(file.Read(file.Tensors[DenseStep.Weight]), outputs, inputs), inputs,
                    outputs);
                weights.Add(
                    $"{Name(index)}.bias",
                    step.HasBias ? file.Read(file.Tensors[DenseStep.Bias]) : new float[outputs], outputs);
            }
    }

    /// <param name="x">The last layer; [batch, sequence, hidden].</param>
    public void Add(string x)
    {
        var vectors = model.Poolings.Select(pooling => Pool(pooling, x)).ToArray();
        var value = vectors.Length == 1 ? vectors[0]
            : graph.Node("Concat", "sentence.poolings", vectors, GraphWriter.Integer("axis", 1));
        foreach (var (index, step) in model.Steps.Index())
            value = step is DenseStep dense ? Dense(Name(index), dense, value) : Normalise(Name(index), value);
        graph.Node("Identity", FeatureNames.Sentence, [value]);
        graph.Output(
            FeatureNames.Sentence, "batch", model.Width(hidden).ToString(CultureInfo.InvariantCulture));
    }

    private static string Name(int step) => string.Create(CultureInfo.InvariantCulture, $"sentence.{step}");

    private string Pool(Pooling pooling, string x) => pooling switch
    {
        Pooling.Cls => FeatureNames.Cls,
        Pooling.Mean => FeatureNames.Mean,
        Pooling.Max => Maximum(x),
        // The sum over the root of the count is the mean times the root.
        Pooling.MeanSqrtLength => graph.Node(
            "Mul", "sentence.mean_sqrt_len", [FeatureNames.Mean, graph.Node("Sqrt", "sentence.root", ["tokens"])]),
        Pooling.WeightedMean => Weighted("sentence.weighted", Ranks(), x),
        _ => Weighted("sentence.last", Last(), x),
    };

    // Padding is so low that it is never the largest.
    private string Maximum(string x)
    {
        var padding = graph.Node(
            "Unsqueeze", "sentence.padding", ["padding.score", graph.Constant("axes.hidden", 2)]);
        var real = graph.Node("Add", "sentence.real", [x, padding]);
        return graph.Node(
            "ReduceMax", "sentence.max", [real, graph.Constant("axes.1", 1)], GraphWriter.Integer("keepdims", 0));
    }

    // [batch, sequence]: 1, 2, 3, … over their sum for tokens, 0 for padding.
    private string Ranks()
    {
        var rank = graph.Node("Mul", "sentence.rank", [Counted(), GraphNames.Mask]);
        var sum = graph.Node(
            "ReduceSum", "sentence.ranks", [rank, graph.Constant("axes.1", 1)], GraphWriter.Integer("keepdims", 1));
        return graph.Node("Div", "sentence.rank_share", [rank, sum]);
    }

    // [batch, sequence]: 1 for the last token, 0 elsewhere.
    private string Last()
    {
        var isLast = graph.Node("Equal", "sentence.is_last", [Counted(), "tokens"]);
        var real = graph.Node(
            "Cast", "sentence.last_real", [isLast],
            GraphWriter.Integer("to", (long)TensorProto.Types.DataType.Float));
        return graph.Node("Mul", "sentence.last_share", [real, GraphNames.Mask]);
    }

    // [batch, sequence]: which token it is, from 1.
    private string Counted() => counted ??= graph.Node("Add", "sentence.counted", ["tokens.before", GraphNames.Mask]);

    private string? counted;

    private string Weighted(string name, string weights, string x)
    {
        var row = graph.Node("Unsqueeze", $"{name}.row", [weights, graph.Constant("axes.1", 1)]);
        var sum = graph.Node("MatMul", $"{name}.sum", [row, x]);
        return graph.Node("Squeeze", name, [sum, graph.Constant("axes.1", 1)]);
    }

    private string Dense(string name, DenseStep step, string x)
    {
        var product = graph.Node("Gemm", name, [x, graph.Weight($"{name}.weight"), graph.Weight($"{name}.bias")]);
        return step.Activation.Length == 0 ? product : graph.Node(step.Activation, $"{name}.activation", [product]);
    }

    private string Normalise(string name, string x)
    {
        var length = graph.Node("ReduceL2", $"{name}.length", [x, graph.Constant("axes.1", 1)],
            GraphWriter.Integer("keepdims", 1));
        var divisor = graph.Node("Max", $"{name}.divisor", [length, graph.Constant("shortest", 1e-12f)]);
        return graph.Node("Div", $"{name}.normalised", [x, divisor]);
    }
}
