using System.Text;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Reading;

namespace Worker.Measuring;

/// <summary>Texts to measure with: the sample inbox, or a person's own.</summary>
internal static class BenchData
{
    /// <summary>A number of texts, repeated if there are fewer.</summary>
    public static IReadOnlyList<byte[]> Texts(string? path, int count)
    {
        var texts = path is null
            ? [.. Checkout.InboxData("train").Texts, .. Checkout.InboxData("test").Texts]
            : TextFile.Read(path);
        return [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes(texts[i % texts.Count]))];
    }

    /// <summary>A number of heads with random weights; speed does not depend on their quality.</summary>
    public static IReadOnlyList<Head> RandomHeads(LoadedEncoder loaded, int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i => new Head
        {
            Label = $"label-{i:D3}",
            Version = 1,
            Encoder = loaded.Encoder.Hash,
            Feature = loaded.Encoder.Features.Name,
            Weights =
                [.. Enumerable.Range(0, loaded.Encoder.Features.Width).Select(_ => (float)(random.NextDouble() - 0.5))],
            Bias = -3,
        })];
    }
}
