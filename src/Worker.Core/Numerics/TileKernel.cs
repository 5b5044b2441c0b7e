using System.Numerics;

namespace Worker.Core.Numerics;

/// <summary>
/// The two matrix products of logistic regression for a block of rows and a tile of fits. Fits are side by side in the
/// lanes of vectors. Each lane adds in the order of the rows and features, whatever the vector's width and its
/// neighbours. So a fit's result does not depend on which others it is batched with. Six rows (or features) by two
/// vectors are twelve running sums, which fills the sixteen registers of AVX2 and keeps both multiply-add units busy.
/// </summary>
internal static unsafe class TileKernel
{
    /// <summary>Rows, or features, in one register block.</summary>
    public const int Step = 6;

    /// <summary>Fits in a tile: two vectors.</summary>
    public static int Lanes => 2 * Vector<float>.Count;

    /// <summary>z[r, lane] = Σ_k x[r, k] · w[k, lane].</summary>
    /// <param name="x">[rows, stride].</param>
    /// <param name="rows">A multiple of <see cref="Step"/>.</param>
    /// <param name="stride">Features, padded to a multiple of <see cref="Step"/>.</param>
    /// <param name="w">[stride, Lanes].</param>
    /// <param name="z">Receives [rows, Lanes].</param>
    public static void Logits(float* x, int rows, int stride, float* w, float* z)
    {
        var n = Vector<float>.Count;
        for (var r = 0; r < rows; r += Step, x += (nint)Step * stride, z += Step * 2 * n)
        {
            Vector<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
            Vector<float> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
            float* xa = x, xb = xa + stride, xc = xb + stride, xd = xc + stride, xe = xd + stride, xf = xe + stride;
            var wk = w;
            for (var k = 0; k < stride; k++, wk += 2 * n)
            {
                var w0 = Vector.Load(wk);
                var w1 = Vector.Load(wk + n);
                var v = Vector.Create(xa[k]);
                a0 = Vector.MultiplyAddEstimate(v, w0, a0);
                a1 = Vector.MultiplyAddEstimate(v, w1, a1);
                v = Vector.Create(xb[k]);
                b0 = Vector.MultiplyAddEstimate(v, w0, b0);
                b1 = Vector.MultiplyAddEstimate(v, w1, b1);
                v = Vector.Create(xc[k]);
                c0 = Vector.MultiplyAddEstimate(v, w0, c0);
                c1 = Vector.MultiplyAddEstimate(v, w1, c1);
                v = Vector.Create(xd[k]);
                d0 = Vector.MultiplyAddEstimate(v, w0, d0);
                d1 = Vector.MultiplyAddEstimate(v, w1, d1);
                v = Vector.Create(xe[k]);
                e0 = Vector.MultiplyAddEstimate(v, w0, e0);
                e1 = Vector.MultiplyAddEstimate(v, w1, e1);
                v = Vector.Create(xf[k]);
                f0 = Vector.MultiplyAddEstimate(v, w0, f0);
                f1 = Vector.MultiplyAddEstimate(v, w1, f1);
            }
            Store(z, a0, a1);
            Store(z + 2 * n, b0, b1);
            Store(z + 4 * n, c0, c1);
            Store(z + 6 * n, d0, d1);
            Store(z + 8 * n, e0, e1);
            Store(z + 10 * n, f0, f1);
        }
    }

    /// <summary>g[k, lane] += Σ_r x[r, k] · residual[r, lane].</summary>
    /// <param name="x">[rows, stride].</param>
    /// <param name="rows">Any number.</param>
    /// <param name="stride">Features, padded to a multiple of <see cref="Step"/>.</param>
    /// <param name="residual">[rows, Lanes].</param>
    /// <param name="g">[stride, Lanes], added to.</param>
    public static void AddGradient(float* x, int rows, int stride, float* residual, float* g)
    {
        var n = Vector<float>.Count;
        for (var k = 0; k < stride; k += Step, x += Step, g += Step * 2 * n)
        {
            // Summed separately from g and added once, because sums of few rows keep more of f32's digits.
            Vector<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
            Vector<float> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
            var xr = x;
            var dr = residual;
            for (var r = 0; r < rows; r++, xr += stride, dr += 2 * n)
            {
                var r0 = Vector.Load(dr);
                var r1 = Vector.Load(dr + n);
                var v = Vector.Create(xr[0]);
                a0 = Vector.MultiplyAddEstimate(v, r0, a0);
                a1 = Vector.MultiplyAddEstimate(v, r1, a1);
                v = Vector.Create(xr[1]);
                b0 = Vector.MultiplyAddEstimate(v, r0, b0);
                b1 = Vector.MultiplyAddEstimate(v, r1, b1);
                v = Vector.Create(xr[2]);
                c0 = Vector.MultiplyAddEstimate(v, r0, c0);
                c1 = Vector.MultiplyAddEstimate(v, r1, c1);
                v = Vector.Create(xr[3]);
                d0 = Vector.MultiplyAddEstimate(v, r0, d0);
                d1 = Vector.MultiplyAddEstimate(v, r1, d1);
                v = Vector.Create(xr[4]);
                e0 = Vector.MultiplyAddEstimate(v, r0, e0);
                e1 = Vector.MultiplyAddEstimate(v, r1, e1);
                v = Vector.Create(xr[5]);
                f0 = Vector.MultiplyAddEstimate(v, r0, f0);
                f1 = Vector.MultiplyAddEstimate(v, r1, f1);
            }
            Add(g, a0, a1);
            Add(g + 2 * n, b0, b1);
            Add(g + 4 * n, c0, c1);
            Add(g + 6 * n, d0, d1);
            Add(g + 8 * n, e0, e1);
            Add(g + 10 * n, f0, f1);
        }
    }

    private static void Store(float* to, Vector<float> first, Vector<float> second)
    {
        first.Store(to);
        second.Store(to + Vector<float>.Count);
    }

    private static void Add(float* to, Vector<float> first, Vector<float> second) =>
        Store(to, Vector.Load(to) + first, Vector.Load(to + Vector<float>.Count) + second);
}
