using System.Collections.Immutable;

namespace Worker.Onnx.Checkpoints;

/// <summary>The families of encoder that can be imported.</summary>
internal enum Architecture
{
    /// <summary>BERT (Devlin et al. 2018), and what shares its checkpoint layout, e.g. MiniLM.</summary>
    Bert,

    /// <summary>DistilBERT (Sanh et al. 2019): BERT without token types and pooler.</summary>
    DistilBert,
}

/// <summary>Activation of the feed-forward layers.</summary>
internal enum Activation
{
    /// <summary>x·Φ(x), with the error function (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>Its approximation by tanh, from the same paper.</summary>
    GeluNew,

    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>What the outputs of a checkpoint's own classifier mean.</summary>
internal enum OwnHeadKind
{
    /// <summary>One of the labels holds: softmax over the outputs. With a single output: σ of it.</summary>
    SingleLabel,

    /// <summary>Any of the labels may hold: σ of each output.</summary>
    MultiLabel,

    /// <summary>Numbers, not labels.</summary>
    Regression,
}

/// <summary>The part of a checkpoint's config.json that decides what it computes.</summary>
internal sealed record EncoderConfig
{
    public required Architecture Architecture { get; init; }

    public required Activation Activation { get; init; }

    /// <summary>Floats in a token's vector.</summary>
    public required int Hidden { get; init; }

    public required int Layers { get; init; }

    /// <summary>Attention heads of a layer; they divide <see cref="Hidden"/>.</summary>
    public required int AttentionHeads { get; init; }

    /// <summary>Floats between the two feed-forward layers.</summary>
    public required int Intermediate { get; init; }

    /// <summary>Rows of the word embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Rows of the position embedding: the maximum number of tokens in a text.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Rows of the token type embedding; 0 for an architecture without.</summary>
    public required int TypeVocabularySize { get; init; }

    /// <summary>Added to the variance in every layer normalisation.</summary>
    public required float LayerNormEpsilon { get; init; }

    /// <summary>Whether the checkpoint is a text classifier with a head of its own.</summary>
    public required bool HasOwnHead { get; init; }

    /// <summary>What the outputs of its own head mean.</summary>
    public OwnHeadKind OwnHeadKind { get; init; }

    /// <summary>Labels of the checkpoint's own classification head, in output order; empty without one.</summary>
    public required ImmutableArray<string> OwnLabels { get; init; }
}
