using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>Multi-head self-attention (Vaswani et al. 2017), with its output projection.</summary>
internal sealed class AttentionBlock(GraphWriter graph, EncoderConfig config, Variant variant)
{
    /// <param name="name">The layer's name.</param>
    /// <param name="x">[batch, sequence, hidden].</param>
    /// <param name="scoreBias">[batch, 1, 1, sequence].</param>
    /// <returns>[batch, sequence, hidden].</returns>
    public string Add(string name, string x, string scoreBias)
    {
        var linear = new LinearBlock(graph, variant);
        var input = linear.Input(x);
        // The query's weights carry the factor 1 / sqrt(width of a head) since the import.
        var query = Split($"{name}.query", linear.Add($"{name}.query", input), 0, 2, 1, 3);
        var key = Split($"{name}.key", linear.Add($"{name}.key", input), 0, 2, 3, 1);
        var value = Split($"{name}.value", linear.Add($"{name}.value", input), 0, 2, 1, 3);

        var scores = graph.Node("MatMul", $"{name}.scores", [query, key]);
        var masked = graph.Node("Add", $"{name}.scores.masked", [scores, scoreBias]);
        var shares = graph.Node("Softmax", $"{name}.shares", [masked], GraphWriter.Integer("axis", -1));
        var mixed = graph.Node("MatMul", $"{name}.mixed", [shares, value]);

        var tokens = graph.Node("Transpose", $"{name}.mixed.tokens", [mixed], GraphWriter.Integers("perm", 0, 2, 1, 3));
        var joined = graph.Node("Reshape", $"{name}.mixed.joined", [tokens, graph.Constant("shape.joined", 0, 0, config.Hidden)]);
        return linear.Add($"{name}.attention_output", linear.Input(joined));
    }

    // [batch, sequence, hidden] to [batch, sequence, heads, width], then in the order asked for.
    private string Split(string name, string x, params ReadOnlySpan<long> order)
    {
        var heads = graph.Node("Reshape", $"{name}.heads",
            [x, graph.Constant("shape.heads", 0, 0, config.AttentionHeads, config.Hidden / config.AttentionHeads)]);
        return graph.Node("Transpose", $"{name}.ordered", [heads], GraphWriter.Integers("perm", order));
    }
}
