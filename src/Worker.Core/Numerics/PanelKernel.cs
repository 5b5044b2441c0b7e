using System.Runtime.Intrinsics;

namespace Worker.Core.Numerics;

/// <summary>
/// The inner loop of <see cref="PackedMatrix"/>: eight queries times a panel of 32 rows. With 512-bit vectors that is
/// sixteen running sums, with 256 bits four passes of eight, so the sums fit the registers and hide the latency of a
/// multiply-add.
/// </summary>
internal static unsafe class PanelKernel
{
    /// <summary>Queries of a block.</summary>
    public const int Queries = 8;

    /// <summary>products[q, lane] = start[lane] + Σ_k queries[q, k] · panel[k, lane].</summary>
    /// <param name="queries">[8, width].</param>
    /// <param name="panel">[width, 32].</param>
    /// <param name="width">Values per query.</param>
    /// <param name="start">[32].</param>
    /// <param name="products">[8, 32].</param>
    public static void Multiply(float* queries, float* panel, int width, float* start, float* products)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Eight(queries, panel, width, start, products);
            return;
        }
        for (var half = 0; half < PackedMatrix.Lanes; half += 16)
        {
            Four(queries, panel + half, width, start + half, products + half);
            Four(queries + 4 * width, panel + half, width, start + half, products + 4 * PackedMatrix.Lanes + half);
        }
    }

    private static void Eight(float* queries, float* panel, int width, float* start, float* products)
    {
        var (s0, s1) = (Vector512.Load(start), Vector512.Load(start + 16));
        Vector512<float> a0 = s0, a1 = s1, b0 = s0, b1 = s1, c0 = s0, c1 = s1, d0 = s0, d1 = s1;
        Vector512<float> e0 = s0, e1 = s1, f0 = s0, f1 = s1, g0 = s0, g1 = s1, h0 = s0, h1 = s1;
        float* qa = queries, qb = qa + width, qc = qb + width, qd = qc + width;
        float* qe = qd + width, qf = qe + width, qg = qf + width, qh = qg + width;
        for (var k = 0; k < width; k++, panel += PackedMatrix.Lanes)
        {
            var (p0, p1) = (Vector512.Load(panel), Vector512.Load(panel + 16));
            var v = Vector512.Create(qa[k]);
            a0 = Vector512.MultiplyAddEstimate(v, p0, a0);
            a1 = Vector512.MultiplyAddEstimate(v, p1, a1);
            v = Vector512.Create(qb[k]);
            b0 = Vector512.MultiplyAddEstimate(v, p0, b0);
            b1 = Vector512.MultiplyAddEstimate(v, p1, b1);
            v = Vector512.Create(qc[k]);
            c0 = Vector512.MultiplyAddEstimate(v, p0, c0);
            c1 = Vector512.MultiplyAddEstimate(v, p1, c1);
            v = Vector512.Create(qd[k]);
            d0 = Vector512.MultiplyAddEstimate(v, p0, d0);
            d1 = Vector512.MultiplyAddEstimate(v, p1, d1);
            v = Vector512.Create(qe[k]);
            e0 = Vector512.MultiplyAddEstimate(v, p0, e0);
            e1 = Vector512.MultiplyAddEstimate(v, p1, e1);
            v = Vector512.Create(qf[k]);
            f0 = Vector512.MultiplyAddEstimate(v, p0, f0);
            f1 = Vector512.MultiplyAddEstimate(v, p1, f1);
            v = Vector512.Create(qg[k]);
            g0 = Vector512.MultiplyAddEstimate(v, p0, g0);
            g1 = Vector512.MultiplyAddEstimate(v, p1, g1);
            v = Vector512.Create(qh[k]);
            h0 = Vector512.MultiplyAddEstimate(v, p0, h0);
            h1 = Vector512.MultiplyAddEstimate(v, p1, h1);
        }
        Store(products, a0, a1);
        Store(products + 32, b0, b1);
        Store(products + 64, c0, c1);
        Store(products + 96, d0, d1);
        Store(products + 128, e0, e1);
        Store(products + 160, f0, f1);
        Store(products + 192, g0, g1);
        Store(products + 224, h0, h1);
    }

    private static void Four(float* queries, float* panel, int width, float* start, float* products)
    {
        var (s0, s1) = (Vector256.Load(start), Vector256.Load(start + 8));
        Vector256<float> a0 = s0, a1 = s1, b0 = s0, b1 = s1, c0 = s0, c1 = s1, d0 = s0, d1 = s1;
        float* qa = queries, qb = qa + width, qc = qb + width, qd = qc + width;
        for (var k = 0; k < width; k++, panel += PackedMatrix.Lanes)
        {
            var (p0, p1) = (Vector256.Load(panel), Vector256.Load(panel + 8));
            var v = Vector256.Create(qa[k]);
            a0 = Vector256.MultiplyAddEstimate(v, p0, a0);
            a1 = Vector256.MultiplyAddEstimate(v, p1, a1);
            v = Vector256.Create(qb[k]);
            b0 = Vector256.MultiplyAddEstimate(v, p0, b0);
            b1 = Vector256.MultiplyAddEstimate(v, p1, b1);
            v = Vector256.Create(qc[k]);
            c0 = Vector256.MultiplyAddEstimate(v, p0, c0);
            c1 = Vector256.MultiplyAddEstimate(v, p1, c1);
            v = Vector256.Create(qd[k]);
            d0 = Vector256.MultiplyAddEstimate(v, p0, d0);
            d1 = Vector256.MultiplyAddEstimate(v, p1, d1);
        }
        StoreNarrow(products, a0, a1);
        StoreNarrow(products + 32, b0, b1);
        StoreNarrow(products + 64, c0, c1);
        StoreNarrow(products + 96, d0, d1);
    }

    private static void Store(float* to, Vector512<float> left, Vector512<float> right)
    {
        left.Store(to);
        right.Store(to + 16);
    }

    private static void StoreNarrow(float* to, Vector256<float> left, Vector256<float> right)
    {
        left.Store(to);
        right.Store(to + 8);
    }
}
