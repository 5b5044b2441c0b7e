using System.Buffers;
using Worker.Core.Anomaly;

namespace Worker.Pipeline;

/// <summary>What heads, challengers and anomaly reference say of texts. The arrays are pooled.</summary>
/// <param name="Probabilities">[texts, labels], calibrated; rows of texts that failed mean nothing.</param>
/// <param name="Challengers">[texts, challengers], likewise; null without challengers.</param>
/// <param name="AnomalyPs">[texts], conformal p-values, NaN for texts that failed; null without a reference.</param>
/// <param name="Reference">What the p-values compare with; null for none.</param>
/// <param name="Variants">[texts], which of the heads' variants decided; null without canaries; not pooled.</param>
internal readonly record struct TextScores(
    float[] Probabilities, float[]? Challengers, float[]? AnomalyPs, AnomalyReference? Reference,
    int[]? Variants = null)
{
    /// <summary>No texts.</summary>
    public static TextScores None { get; } = new([], null, null, null);

    /// <summary>Gives the arrays back to the pool: nobody may read them any more.</summary>
    public void Return()
    {
        foreach (var pooled in (float[]?[])[Probabilities, Challengers, AnomalyPs])
            if (pooled is not null)
                ArrayPool<float>.Shared.Return(pooled);
    }
}
