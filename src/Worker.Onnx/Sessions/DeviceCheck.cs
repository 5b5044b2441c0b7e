using System.Collections.Immutable;
using System.Numerics.Tensors;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Onnx.Bundles;
using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Sessions;

/// <summary>Compares what a device computes for a bundle's self-check texts with what the import stored.</summary>
internal static class DeviceCheck
{
    /// <summary>What f32 on another processor must reach, where only the order of summation differs.</summary>
    public static readonly Bounds Float32 = new(0.9999, 0.9999);

    /// <summary>What CUDA must reach, where products may be rounded to TF32's 10 bits.</summary>
    public static readonly Bounds Cuda = new(0.999, 0.995);

    /// <summary>
    /// What int8 must reach; measured .993 on MiniLM. Less means a model that does not quantise well, or a processor
    /// whose products saturate.
    /// </summary>
    public static readonly Bounds Int8 = new(0.98, 0.92);

    /// <summary>Cosines to the stored vectors that pass.</summary>
    public readonly record struct Bounds(double Mean, double Minimum);

    /// <summary>Feature vectors of the self-check's texts, each encoded on its own.</summary>
    public static float[][] Run(Encoder encoder, ImmutableArray<ImmutableArray<int>> texts)
    {
        var heads = HeadMatrix.None(encoder.Features);
        var rows = new float[texts.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = new float[encoder.Features.Width];
            encoder.Run(new MicroBatch(texts[i].AsSpan(), [texts[i].Length]), heads, rows[i], []);
        }
        return rows;
    }

    /// <summary>Agreement over all texts and features: mean and minimum cosine to the stored vectors.</summary>
    public static (double Mean, double Minimum) Compare(Encoder encoder, EncoderBundle bundle)
    {
        var rows = Run(encoder, bundle.Metadata.SelfCheck);
        using var file = SafetensorsFile.Open(bundle.SelfCheckPath);
        var (sum, minimum) = (0.0, 1.0);
        foreach (var feature in encoder.Features.Features)
        {
            var stored = file.Read(file.Tensors[feature.Name]);
            for (var i = 0; i < rows.Length; i++)
            {
                double cosine = TensorPrimitives.CosineSimilarity(
                    rows[i].AsSpan(feature.Offset, feature.Width), stored.AsSpan(i * feature.Width, feature.Width));
                // A device that computes NaN agrees with nothing.
                cosine = double.IsNaN(cosine) ? -1 : cosine;
                sum += cosine;
                minimum = Math.Min(minimum, cosine);
            }
        }
        return (sum / (rows.Length * encoder.Features.Features.Count), minimum);
    }
}
