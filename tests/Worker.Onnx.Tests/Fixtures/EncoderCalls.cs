using Worker.Core.Encoders;
using Worker.Core.Heads;

namespace Worker.Onnx.Tests.Fixtures;

/// <summary>Calls of an encoder with arrays.</summary>
internal static class EncoderCalls
{
    /// <summary>Feature vectors of texts that are run in micro-batches of a given size.</summary>
    public static float[][] Encode(this IEncoder encoder, IReadOnlyList<int[]> texts, int batch)
    {
        var rows = new List<float[]>();
        foreach (var chunk in texts.Chunk(batch))
            rows.AddRange(encoder.Run(chunk, HeadMatrix.None(encoder.Features)).Features);
        return [.. rows];
    }

    /// <summary>One micro-batch with heads.</summary>
    public static (float[][] Features, float[][] Logits) Run(this IEncoder encoder, int[][] texts, HeadMatrix heads)
    {
        var features = new float[texts.Length * encoder.Features.Width];
        var logits = new float[texts.Length * heads.Labels];
        var (ids, lengths) = Pack(texts);
        encoder.Run(new MicroBatch(ids, lengths), heads, features, logits);
        return (Rows(features, texts.Length), Rows(logits, texts.Length));
    }

    /// <summary>Heads of random weights, on the encoder's features in turn.</summary>
    public static HeadMatrix RandomHeads(this IEncoder encoder, int labels, int seed)
    {
        var random = new Random(seed);
        return new HeadMatrix(encoder.Features, [.. Enumerable.Range(0, labels).Select(i =>
        {
            var feature = encoder.Features.Features[i % encoder.Features.Features.Count];
            return new Head
            {
                Label = $"label{i}",
                Version = 1,
                Encoder = encoder.Hash,
                Feature = feature.Name,
                Weights = [.. Enumerable.Range(0, feature.Width).Select(_ => (float)(random.NextDouble() - 0.5))],
                Bias = (float)random.NextDouble(),
            };
        })]);
    }

    public static (int[] Ids, int[] Lengths) Pack(int[][] texts) =>
        ([.. texts.SelectMany(t => t)], [.. texts.Select(t => t.Length)]);

    public static float[][] Rows(float[] values, int count) =>
        [.. Enumerable.Range(0, count).Select(i =>
            values[(i * values.Length / count)..((i + 1) * values.Length / count)])];

    /// <summary>Largest difference between two vectors' components.</summary>
    public static float Distance(IReadOnlyList<float> a, IReadOnlyList<float> b)
    {
        Assert.Equal(a.Count, b.Count);
        // NaN would slip through a maximum of differences.
        Assert.All(a, x => Assert.True(float.IsFinite(x)));
        return a.Zip(b, (x, y) => MathF.Abs(x - y)).Max();
    }
}
