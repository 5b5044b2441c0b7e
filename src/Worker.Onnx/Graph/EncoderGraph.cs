using Worker.Core.Features;
using Worker.Onnx.Checkpoints;
using Worker.Onnx.Schema;

namespace Worker.Onnx.Graph;

/// <summary>
/// A BERT or DistilBERT encoder as an ONNX graph of standard operators. Inputs: <c>ids</c> int32 [batch, sequence],
/// padded with any id; <c>mask</c> f32 [batch, sequence], 1 for a token and 0 for padding. Outputs: every feature
/// (<c>mean</c>, <c>cls</c>, <c>layer1</c>, ...) as f32 [batch, hidden], and <c>own_logits</c> [batch, labels] if
/// checkpoints have heads of their own. A session keeps the outputs that it wants (<see cref="GraphSelection"/>).
/// </summary>
internal sealed class EncoderGraph
{
    /// <summary>Added to the attention score of padding: its exp is exactly 0 next to any real score.</summary>
    private const float MaskedScore = -1e9f;

    private readonly EncoderTree tree;
    private readonly EncoderConfig config;
    private readonly GraphWriter graph;
    private readonly LinearBlock linear;

    private EncoderGraph(EncoderTree tree, Variant variant, WeightFile[] weights)
    {
        this.tree = tree;
        config = tree.Config;
        graph = new GraphWriter(weights);
        linear = new LinearBlock(graph, variant);
    }

    /// <param name="weights">Hold what <see cref="EncoderWeights"/> and, for a quantised variant,
    /// <see cref="QuantisedWeights"/> wrote.</param>
    public static ModelProto Build(EncoderTree tree, Variant variant, params WeightFile[] weights) =>
        new EncoderGraph(tree, variant, weights).Build();

    private ModelProto Build()
    {
        graph.Input(GraphNames.Ids, TensorProto.Types.DataType.Int32, "batch", "sequence");
        graph.Input(GraphNames.Mask, TensorProto.Types.DataType.Float, "batch", "sequence");
        var scoreBias = ScoreBias();
        var pooling = PoolingWeights();
        Embeddings();
        foreach (var layer in tree.Layers)
            Layer(layer, scoreBias);
        // 1. The first checkpoint's features have the plain names.
        var first = tree.Branches[0].Layers;
        for (var layer = 1; layer <= first.Length; layer++)
            Mean(FeatureNames.LayerMean(layer, first.Length), first[layer - 1].Output, pooling);
        Cls(FeatureNames.Cls, first[^1].Output);
        if (tree.Sentence is { } sentence)
            new SentenceBlock(graph, sentence, config.Hidden).Add(first[^1].Output);
        // 2. Each branch's features have its name in front.
        foreach (var branch in tree.Branches)
        {
            if (tree.IsMerged)
            {
                Mean(branch.Named(FeatureNames.Mean), branch.Output, pooling);
                Cls(branch.Named(FeatureNames.Cls), branch.Output);
            }
            if (branch.Source.Config.HasOwnHead)
                Pooled(branch);
        }
        OwnLogits([.. tree.Branches.Where(branch => branch.Source.Config.HasOwnHead)]);
        return graph.Model();
    }

    // [batch, 1, 1, sequence]: 0 for a token, MaskedScore for padding.
    private string ScoreBias()
    {
        var padding = graph.Node("Sub", "padding", [graph.Constant("one", 1f), GraphNames.Mask]);
        var bias = graph.Node("Mul", "padding.score", [padding, graph.Constant("masked_score", MaskedScore)]);
        return graph.Node("Unsqueeze", "score_bias", [bias, graph.Constant("axes.heads_query", 1, 2)]);
    }

    // [batch, 1, sequence]: 1 / tokens for a token, 0 for padding.
    private string PoolingWeights()
    {
        var axis = graph.Constant("axes.1", 1);
        var tokens = graph.Node("ReduceSum", "tokens", [GraphNames.Mask, axis], GraphWriter.Integer("keepdims", 1));
        var share = graph.Node("Div", "token_share", [GraphNames.Mask, tokens]);
        return graph.Node("Unsqueeze", "pooling", [share, axis]);
    }

    // Word plus position (token type 0 is added to the positions at import); [batch, sequence, hidden]. The position of
    // a token is the number of tokens before it. It is counted, not sliced from the table: then the runtime's optimiser
    // knows every shape by name, and fuses each sum with the normalisation that follows.
    private void Embeddings()
    {
        var words = graph.Node("Gather", "embeddings.words", [graph.Weight("embeddings.word"), GraphNames.Ids]);
        var before = graph.Node("CumSum", "tokens.before", [GraphNames.Mask, graph.Scalar("axis.sequence", 1)],
            GraphWriter.Integer("exclusive", 1));
        var index = graph.Node(
            "Cast", "position", [before], GraphWriter.Integer("to", (long)TensorProto.Types.DataType.Int32));
        var positions = graph.Node("Gather", "embeddings.positions", [graph.Weight("embeddings.position"), index]);
        Normalise("embeddings.norm", graph.Node("Add", "embeddings", [words, positions]));
    }

    // The names of values are those that LinearGroup reads.
    private void Layer(EncoderLayer layer, string scoreBias)
    {
        var name = layer.Name;
        var attended = new AttentionBlock(graph, config, linear).Add(layer, scoreBias);
        var x = Normalise(
            $"{name}.attention_norm", graph.Node("Add", $"{name}.attention.residual", [attended, layer.Input]));
        linear.Add(LinearGroup.Intermediate(config, layer));
        Activate($"{name}.activation", $"{name}.intermediate");
        linear.Add(LinearGroup.Output(config, layer));
        Normalise(layer.Output, graph.Node("Add", $"{name}.output.residual", [$"{name}.output", x]));
    }

    private string Normalise(string name, string x) => graph.Node("LayerNormalization", name,
        [x, graph.Weight($"{name}.weight"), graph.Weight($"{name}.bias")],
        GraphWriter.Integer("axis", -1), GraphWriter.Real("epsilon", config.LayerNormEpsilon));

    private string Activate(string name, string x) => config.Activation switch
    {
        Activation.Gelu => graph.Node("Gelu", name, [x]),
        Activation.GeluNew => graph.Node("Gelu", name, [x], GraphWriter.String("approximate", "tanh")),
        _ => graph.Node("Relu", name, [x]),
    };

    private void Mean(string name, string x, string pooling)
    {
        var sum = graph.Node("MatMul", $"{name}.pooled", [pooling, x]);
        Feature(graph.Node("Squeeze", name, [sum, graph.Constant("axes.1", 1)]));
    }

    // Token 0 is [CLS]; a scalar index drops the axis: [batch, sequence, hidden] to [batch, hidden].
    private void Cls(string name, string x) =>
        Feature(graph.Node("Gather", name, [x, graph.Scalar("first", 0)], GraphWriter.Integer("axis", 1)));

    private void Feature(string name) => graph.Output(name, "batch", $"{config.Hidden}");

    // A linear layer on [CLS] and its activation: what the classifier of Hugging Face's ForSequenceClassification
    // models reads.
    private void Pooled(TreeBranch branch)
    {
        var dense = graph.Node(
            "Gemm", branch.Dense.Name, [branch.Named(FeatureNames.Cls), graph.Weight($"{branch.Dense.Name}.weight"),
            graph.Weight($"{branch.Dense.Name}.bias")]);
        Feature(graph.Node(
            config.Architecture == Architecture.Bert ? "Tanh" : "Relu", branch.Named(FeatureNames.Pooled), [dense]));
    }

    // The checkpoints' own logits, side by side.
    private void OwnLogits(TreeBranch[] branches)
    {
        if (branches.Length == 0)
            return;
        foreach (var branch in branches)
            graph.Node(
                "Gemm", branches.Length == 1 ? GraphNames.OwnLogits : branch.Named(GraphNames.OwnLogits),
                [branch.Named(FeatureNames.Pooled), graph.Weight($"{branch.Classifier.Name}.weight"),
                    graph.Weight($"{branch.Classifier.Name}.bias")]);
        if (branches.Length > 1)
            graph.Node(
                "Concat", GraphNames.OwnLogits,
                [.. branches.Select(branch => branch.Named(GraphNames.OwnLogits))], GraphWriter.Integer("axis", 1));
        graph.Output(GraphNames.OwnLogits, "batch", $"{branches.Sum(b => b.Source.Config.OwnLabels.Length)}");
    }
}
