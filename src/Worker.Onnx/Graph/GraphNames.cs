namespace Worker.Onnx.Graph;

/// <summary>Names of the graph's inputs and outputs.</summary>
internal static class GraphNames
{
    /// <summary>Input: token ids, int32 [batch, sequence].</summary>
    public const string Ids = "ids";

    /// <summary>Input: 1 for a token, 0 for padding, f32 [batch, sequence].</summary>
    public const string Mask = "mask";

    /// <summary>Input: weights of all heads, f32 [features, labels].</summary>
    public const string HeadWeights = "head_weights";

    /// <summary>Input: biases of all heads, f32 [labels].</summary>
    public const string HeadBias = "head_bias";

    /// <summary>Output of a session: its features side by side, f32 [batch, features].</summary>
    public const string Features = "features";

    /// <summary>Output of a session: features times head weights plus biases, f32 [batch, labels].</summary>
    public const string Logits = "logits";

    /// <summary>Output: logits of the checkpoint's own classification head, f32 [batch, its labels].</summary>
    public const string OwnLogits = "own_logits";
}
