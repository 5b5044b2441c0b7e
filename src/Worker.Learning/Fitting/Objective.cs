using System.Numerics.Tensors;

namespace Worker.Learning.Fitting;

/// <summary>
/// What one fit minimises over p = (w', b'), weights on standardised features and bias:
/// <code>
/// f(p) = Σ_i v_i · [softplus(z_i) − y_i·z_i] / Σ_i v_i  +  L2/2 · |w' − c|²,   z_i = w'·x'_i + b'
/// </code>
/// over the examples whose answer is known and not in the fold held out, v_i the example's own weight (1, unless
/// sampled or guessed), times the positive weight where y_i = 1; c is 0 unless another head is the prior. It is convex;
/// the bias is not penalised. Also the slot through which a point is asked about and answered.
/// </summary>
internal sealed class Objective
{
    /// <param name="label">Column of the answers.</param>
    /// <param name="heldOut">Fold left out; 0 for none.</param>
    /// <param name="positives">Weights of the examples that have the label, without the fold.</param>
    /// <param name="negatives">Weights of those that have not, without the fold.</param>
    /// <param name="positiveWeight">By how much a positive counts more.</param>
    /// <param name="width">Features.</param>
    public Objective(int label, int heldOut, double positives, double negatives, double positiveWeight, int width)
    {
        Label = label;
        HeldOut = heldOut;
        PositiveWeight = (float)positiveWeight;
        TotalWeight = positives * (double)PositiveWeight + negatives;
        PositiveShare = positives * (double)PositiveWeight / TotalWeight;
        At = new float[width + 1];
        Gradient = new float[width + 1];
    }

    public int Label { get; }

    public int HeldOut { get; }

    public float PositiveWeight { get; }

    /// <summary>Σ v_i.</summary>
    public double TotalWeight { get; }

    /// <summary>Weighted share of positives, in (0, 1).</summary>
    public double PositiveShare { get; }

    /// <summary>Penalty on half the squared length of w' − c.</summary>
    public double L2 { get; set; }

    /// <summary>c, what weights are pulled to: [width], or longer with what is not looked at; null for 0.</summary>
    public float[]? Centre { get; init; }

    /// <summary>|w − c|².</summary>
    /// <param name="weights">w; [width].</param>
    public double Squares(ReadOnlySpan<float> weights) => Centre is null
        ? TensorPrimitives.SumOfSquares(weights)
        : Math.Pow(TensorPrimitives.Distance(weights, Centre.AsSpan(0, weights.Length)), 2);

    /// <summary>The point asked about; [width + 1], the bias last.</summary>
    public float[] At { get; }

    /// <summary>f(At), penalty included.</summary>
    public double Value { get; set; }

    /// <summary>∇f(At); [width + 1].</summary>
    public float[] Gradient { get; }
}
