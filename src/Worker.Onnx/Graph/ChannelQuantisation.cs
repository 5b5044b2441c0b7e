namespace Worker.Onnx.Graph;

/// <summary>
/// Symmetric quantisation per output channel: each column of W is scaled so that its largest magnitude becomes the
/// largest level; W ≈ scale[column] · level.
/// </summary>
internal static class ChannelQuantisation
{
    /// <summary>
    /// 7 bits of 8. x86 processors without VNNI add pairs of unsigned × signed products in 16 bits: 2 · 255 · 64 =
    /// 32,640 still fits there, so every processor computes the same. Measured on MiniLM, the eighth bit gains nothing
    /// (mean cosine to f32 .9941 with 64 levels, .9938 with 127): the activations' error is larger.
    /// </summary>
    public const int MaxLevel = 64;

    /// <param name="matrix">[inputs, outputs], row-major.</param>
    /// <param name="outputs">How many columns.</param>
    /// <returns>Levels [inputs, outputs] and scales [outputs].</returns>
    public static (sbyte[] Levels, float[] Scales) Quantise(ReadOnlySpan<float> matrix, int outputs)
    {
        var scales = new float[outputs];
        for (var i = 0; i < matrix.Length; i++)
            scales[i % outputs] = MathF.Max(scales[i % outputs], MathF.Abs(matrix[i]));
        for (var column = 0; column < outputs; column++)
            // A column of zeros quantises to zeros at any scale.
            scales[column] = scales[column] > 0 ? scales[column] / MaxLevel : 1;
        var levels = new sbyte[matrix.Length];
        for (var i = 0; i < matrix.Length; i++)
            levels[i] = (sbyte)Math.Clamp(MathF.Round(matrix[i] / scales[i % outputs]), -MaxLevel, MaxLevel);
        return (levels, scales);
    }
}
