using System.Numerics.Tensors;
using Worker.Core.Features;
using Worker.Core.Windows;

namespace Worker.Core.Anomaly;

/// <summary>The input of channels: some texts after encoder and heads.</summary>
/// <param name="Count">Texts.</param>
/// <param name="Layout">What each row of features holds.</param>
/// <param name="Features">[Count, Layout.Width].</param>
/// <param name="Labels">Heads; 0 when there are none.</param>
/// <param name="Probabilities">[Count, Labels], calibrated.</param>
/// <param name="Tokens">Token ids of the same texts.</param>
public readonly record struct AnomalyTexts(
    int Count, FeatureLayout Layout, ReadOnlyMemory<float> Features, int Labels, ReadOnlyMemory<float> Probabilities,
    TokenWindow Tokens)
{
    /// <summary>Copies features side by side; [Count, width of all named].</summary>
    /// <param name="names">Names of features in the layout, in the order wanted.</param>
    public float[] Gather(IReadOnlyList<string> names)
    {
        var columns = names.Select(Column).ToArray();
        var width = columns.Sum(c => c.Width);
        var gathered = new float[Count * width];
        var all = Features.Span;
        var start = 0;
        foreach (var column in columns)
        {
            for (var text = 0; text < Count; text++)
                all.Slice(text * Layout.Width + column.Offset, column.Width).CopyTo(
                    gathered.AsSpan(text * width + start));
            start += column.Width;
        }
        return gathered;
    }

    /// <summary>Scales rows to length 1, in place; a row of zeros stays zero.</summary>
    public static void Normalise(Span<float> rows, int width)
    {
        for (var start = 0; start < rows.Length; start += width)
        {
            var row = rows.Slice(start, width);
            TensorPrimitives.Divide(row, Math.Max(TensorPrimitives.Norm(row), 1e-12f), row);
        }
    }

    private Feature Column(string name) =>
        Layout.Find(name) ?? throw new ArgumentException($"feature '{name}' is not among {Layout}", nameof(name));
}
