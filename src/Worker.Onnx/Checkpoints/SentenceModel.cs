using System.Collections.Immutable;

namespace Worker.Onnx.Checkpoints;

/// <summary>How the vectors of a text's tokens become one vector.</summary>
internal enum Pooling
{
    /// <summary>The vector of [CLS].</summary>
    Cls,

    /// <summary>The largest value of each component.</summary>
    Max,

    Mean,

    /// <summary>The sum over the square root of the number of tokens.</summary>
    MeanSqrtLength,

    /// <summary>The mean, in which the n-th token counts n times.</summary>
    WeightedMean,

    /// <summary>The vector of the last token, [SEP].</summary>
    LastToken,
}

/// <summary>What the sentence-transformers library does with the encoder's last layer, to embed a text.</summary>
/// <param name="Poolings">The vectors that are laid side by side, in the library's order.</param>
/// <param name="Steps">What is done with them, in order.</param>
internal sealed record SentenceModel(ImmutableArray<Pooling> Poolings, ImmutableArray<SentenceStep> Steps)
{
    /// <summary>Whether it is the mean, apart from its length, which heads and 'embed' scale anyway.</summary>
    public bool IsMean => Poolings is [Pooling.Mean] && Steps.All(step => step is NormaliseStep);

    /// <summary>Floats in the embedding.</summary>
    /// <param name="hidden">Floats in a token's vector.</param>
    public int Width(int hidden) =>
        Steps.OfType<DenseStep>().LastOrDefault()?.Outputs ?? Poolings.Length * hidden;

    /// <summary>All of it as text, which differs if the embeddings may.</summary>
    public string Describe() => string.Join(
        ' ', [.. Poolings.Select(pooling => $"{pooling}"), .. Steps.Select(step => step.Describe())]);
}

/// <summary>One step after pooling.</summary>
internal abstract record SentenceStep
{
    public abstract string Describe();
}

/// <summary>The vector is scaled to length 1.</summary>
internal sealed record NormaliseStep : SentenceStep
{
    public override string Describe() => "Normalise";
}

/// <summary>A linear layer and its activation.</summary>
/// <param name="Weights">Its safetensors file.</param>
/// <param name="Inputs">Floats that it reads.</param>
/// <param name="Outputs">Floats that it returns.</param>
/// <param name="HasBias">Whether it has a bias.</param>
/// <param name="Activation">Its activation as an ONNX operator; empty for none.</param>
internal sealed record DenseStep(string Weights, int Inputs, int Outputs, bool HasBias, string Activation)
    : SentenceStep
{
    public const string Weight = "linear.weight";
    public const string Bias = "linear.bias";

    public override string Describe() => $"Dense {Inputs} {Outputs} {HasBias} {Activation}";
}
