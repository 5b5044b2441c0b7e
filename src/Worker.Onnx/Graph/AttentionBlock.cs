using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Graph;

/// <summary>Multi-head self-attention (Vaswani et al. 2017), with its output projection.</summary>
internal sealed class AttentionBlock(GraphWriter graph, EncoderConfig config, LinearBlock linear)
{
    /// <param name="layer">The layer; its input is the group <see cref="LinearGroup.AttentionInput"/>.</param>
    /// <param name="scoreBias">[batch, 1, 1, sequence].</param>
    /// <returns>[batch, sequence, hidden].</returns>
    public string Add(EncoderLayer layer, string scoreBias)
    {
        var name = layer.Name;
        linear.Add(LinearGroup.AttentionInput(config, layer));
        // The import has put the factor 1 / sqrt(width of a head) into the query's weights.
        var query = Split($"{name}.query", 0, 2, 1, 3);
        var key = Split($"{name}.key", 0, 2, 3, 1);
        var value = Split($"{name}.value", 0, 2, 1, 3);

        var scores = graph.Node("MatMul", $"{name}.scores", [query, key]);
        var masked = graph.Node("Add", $"{name}.scores.masked", [scores, scoreBias]);
        var shares = graph.Node("Softmax", $"{name}.shares", [masked], GraphWriter.Integer("axis", -1));
        var mixed = graph.Node("MatMul", $"{name}.mixed", [shares, value]);

        var tokens = graph.Node("Transpose", $"{name}.mixed.tokens", [mixed], GraphWriter.Integers("perm", 0, 2, 1, 3));
        var output = LinearGroup.AttentionOutput(config, layer);
        graph.Node("Reshape", output.Input, [tokens, graph.Constant("shape.joined", 0, 0, config.Hidden)]);
        linear.Add(output);
        return output.Name;
    }

    // [batch, sequence, hidden] to [batch, sequence, heads, width], then in the order asked for.
    private string Split(string x, params ReadOnlySpan<long> order)
    {
        var heads = graph.Node("Reshape", $"{x}.heads",
            [x, graph.Constant("shape.heads", 0, 0, config.AttentionHeads, config.Hidden / config.AttentionHeads)]);
        return graph.Node("Transpose", $"{x}.ordered", [heads], GraphWriter.Integers("perm", order));
    }
}
