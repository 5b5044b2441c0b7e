using System.Numerics;

namespace Worker.Core.Numerics;

/// <summary>Loss and residual of a block of logits, lane by lane.</summary>
internal static unsafe class CrossEntropyKernel
{
    /// <summary>
    /// residual = v·(σ(z) − y), the loss's derivative by z, and loss[lane] += Σ_r v·(softplus(z) − y·z). Where v is 0
    /// both are 0, whatever z is.
    /// </summary>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="z">Logits; [rows, Lanes].</param>
    /// <param name="y">Answers, 0 or 1; [rows, Lanes].</param>
    /// <param name="v">Weights, not negative; [rows, Lanes].</param>
    /// <param name="residual">Receives [rows, Lanes].</param>
    /// <param name="loss">[Lanes], added to.</param>
    public static void Evaluate(int rows, float* z, float* y, float* v, float* residual, Span<double> loss)
    {
        var n = Vector<float>.Count;
        for (var half = 0; half < TileKernel.Lanes; half += n)
        {
            var sum = Vector<float>.Zero;
            for (var r = 0; r < rows; r++)
            {
                var at = r * TileKernel.Lanes + half;
                var logit = Vector.Load(z + at);
                var answer = Vector.Load(y + at);
                var weight = Vector.Load(v + at);
                // e = exp(−|z|) is in [0, 1]: nothing overflows, and both σ and softplus come from it.
                var e = Vector.Exp(-Vector.Abs(logit));
                var small = Vector<float>.One / (Vector<float>.One + e);
                var sigmoid = Vector.ConditionalSelect(
                    Vector.GreaterThanOrEqual(logit, Vector<float>.Zero), small, e * small);
                var cost = Vector.Max(logit, Vector<float>.Zero) + Log1P(e) - answer * logit;
                var counts = Vector.GreaterThan(weight, Vector<float>.Zero);
                sum += Vector.ConditionalSelect(counts, weight * cost, Vector<float>.Zero);
                Vector.ConditionalSelect(counts, weight * (sigmoid - answer), Vector<float>.Zero).Store(residual + at);
            }
            for (var lane = 0; lane < n; lane++)
                loss[half + lane] += sum[lane];
        }
    }

    /// <summary>
    /// ln(1 + e) for e in [0, 1] as 2·artanh(s), s = e / (2 + e) ≤ 1/3, by its series up to s¹³: relative error below
    /// 2e-8, under f32's rounding, also where 1 + e would round to 1.
    /// </summary>
    private static Vector<float> Log1P(Vector<float> e)
    {
        var s = e / (new Vector<float>(2) + e);
        var q = s * s;
        var series = new Vector<float>(1f / 13);
        series = series * q + new Vector<float>(1f / 11);
        series = series * q + new Vector<float>(1f / 9);
        series = series * q + new Vector<float>(1f / 7);
        series = series * q + new Vector<float>(1f / 5);
        series = series * q + new Vector<float>(1f / 3);
        series = series * q + Vector<float>.One;
        return (s + s) * series;
    }
}
