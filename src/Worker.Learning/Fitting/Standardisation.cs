namespace Worker.Learning.Fitting;

/// <summary>
/// x' = (x − mean) / deviation, feature by feature. L-BFGS needs far fewer passes on features of one scale, and one
/// penalty then means the same for each of them. The mean and deviation use all rows, also held-out ones, because they
/// do not depend on the answers. A constant feature gets scale 0, and so weight 0.
/// </summary>
internal sealed class Standardisation
{
    private Standardisation(float[] mean, float[] scale) => (Mean, Scale) = (mean, scale);

    /// <summary>[width].</summary>
    public float[] Mean { get; }

    /// <summary>1 / deviation, or 0; [width].</summary>
    public float[] Scale { get; }

    /// <summary>Measures the features in one pass.</summary>
    public static Standardisation Of(FeatureMatrix features, ParallelOptions parallel)
    {
        var width = features.Width;
        var chunks = new RowChunks(features.Rows);
        var sums = new (double[] Sum, double[] Square)[chunks.Count];
        Parallel.For(
            0, chunks.Count, parallel, chunk =>
                sums[chunk] = Moments(features, chunks.Start(chunk), chunks.Start(chunk + 1)));

        var origin = features.Row(0);
        var (mean, scale) = (new float[width], new float[width]);
        for (var k = 0; k < width; k++)
        {
            var (sum, square) = (0d, 0d);
            foreach (var part in sums)
            {
                sum += part.Sum[k];
                square += part.Square[k];
            }
            var shift = sum / features.Rows;
            var deviation = Math.Sqrt(Math.Max(0, square / features.Rows - shift * shift));
            mean[k] = (float)(origin[k] + shift);
            // A deviation below f32's resolution of the mean is rounding, not signal.
            scale[k] = deviation > 1e-6 * Math.Abs(mean[k]) && deviation > 1e-30 ? (float)(1 / deviation) : 0;
        }
        return new Standardisation(mean, scale);
    }

    /// <summary>
    /// The same with one deviation for all features: where there are so few rows that each feature's own says nothing.
    /// </summary>
    public Standardisation WithOneScale()
    {
        var variances = Scale.Where(scale => scale > 0).Select(scale => 1 / ((double)scale * scale)).ToArray();
        var one = variances.Length == 0 ? 0 : (float)(1 / Math.Sqrt(variances.Average()));
        return new Standardisation(Mean, Array.ConvertAll(Scale, scale => scale > 0 ? one : 0));
    }

    /// <summary>
    /// Weights and bias on raw features of the logit that <paramref name="parameters"/> give on standardised ones.
    /// </summary>
    /// <param name="parameters">Weights, then bias; [width + 1].</param>
    /// <param name="constant">Weights of features that never change here: of a prior that has seen them change;
    /// [width]. Null for 0.</param>
    public (float[] Weights, double Bias) ToRaw(ReadOnlySpan<float> parameters, float[]? constant = null)
    {
        var weights = new float[Mean.Length];
        double bias = parameters[^1];
        for (var k = 0; k < weights.Length; k++)
        {
            weights[k] = Scale[k] == 0 && constant is not null ? constant[k] : parameters[k] * Scale[k];
            // Uses the rounded weight, so that the bias compensates exactly for what the head will add.
            bias -= (double)weights[k] * Mean[k];
        }
        return (weights, bias);
    }

    /// <summary>The inverse of <see cref="ToRaw"/>; weights of constant features go into the bias.</summary>
    /// <returns>Weights, then bias; [width + 1].</returns>
    public float[] FromRaw(ReadOnlySpan<float> weights, double bias)
    {
        var parameters = new float[Mean.Length + 1];
        for (var k = 0; k < weights.Length; k++)
        {
            parameters[k] = Scale[k] == 0 ? 0 : weights[k] / Scale[k];
            bias += (double)weights[k] * Mean[k];
        }
        parameters[^1] = (float)bias;
        return parameters;
    }

    /// <summary>
    /// Sums of x − x₀ and its square, x₀ the first row of all: small numbers, so little cancellation.
    /// </summary>
    private static (double[] Sum, double[] Square) Moments(FeatureMatrix features, int start, int end)
    {
        var origin = features.Row(0);
        var (sum, square) = (new double[features.Width], new double[features.Width]);
        for (var row = start; row < end; row++)
        {
            var values = features.Row(row);
            for (var k = 0; k < values.Length; k++)
            {
                var x = (double)values[k] - origin[k];
                sum[k] += x;
                square[k] += x * x;
            }
        }
        return (sum, square);
    }
}
