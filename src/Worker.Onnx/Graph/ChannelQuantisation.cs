namespace Worker.Onnx.Graph;

/// <summary>
/// Symmetric quantisation per output channel: each column of W is scaled so that its largest magnitude becomes the
/// largest level; W ≈ scale[column] · level.
/// </summary>
internal static class ChannelQuantisation
{
    /// <param name="matrix">[inputs, outputs], row-major.</param>
    /// <param name="outputs">How many columns.</param>
    /// <param name="maxLevel">Largest level: 127 for 8 bits, 63 for 7.</param>
    /// <returns>Levels [inputs, outputs] and scales [outputs].</returns>
    public static (sbyte[] Levels, float[] Scales) Quantise(ReadOnlySpan<float> matrix, int outputs, int maxLevel)
    {
        var scales = new float[outputs];
        for (var i = 0; i < matrix.Length; i++)
            scales[i % outputs] = MathF.Max(scales[i % outputs], MathF.Abs(matrix[i]));
        for (var column = 0; column < outputs; column++)
            // A column of zeros quantises to zeros at any scale.
            scales[column] = scales[column] > 0 ? scales[column] / maxLevel : 1;
        var levels = new sbyte[matrix.Length];
        for (var i = 0; i < matrix.Length; i++)
            levels[i] = (sbyte)Math.Clamp(MathF.Round(matrix[i] / scales[i % outputs]), -maxLevel, maxLevel);
        return (levels, scales);
    }
}
