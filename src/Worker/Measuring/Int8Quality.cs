using System.Numerics.Tensors;
using Worker.Core.Features;
using Worker.Encoders;
using Worker.Learning.Fitting;
using Worker.Training;

namespace Worker.Measuring;

/// <summary>
/// What int8 costs in quality: cosine of its embeddings to f32's, and macro-F1 of heads trained on f32 features.
/// </summary>
internal static class Int8Quality
{
    public static void Run(EncoderSection exact, EncoderSection quantised, string? data)
    {
        using var f32 = LoadedEncoder.Open(exact);
        using var int8 = LoadedEncoder.Open(quantised);
        var texts = BenchData.Texts(data, 1000);
        var (a, b) = (Embeddings(f32, texts), Embeddings(int8, texts));
        var cosines = Enumerable.Range(0, texts.Count)
            .Select(i => TensorPrimitives.CosineSimilarity(a.Row(i), b.Row(i)))
            .ToList();
        Console.WriteLine(
            $"int8 against f32  mean cosine {cosines.Average():F4}, minimum {cosines.Min():F4}, of {texts.Count:N0} " +
            "texts");
        var (train, test) = (Checkout.InboxData("train"), Checkout.InboxData("test"));
        var heads = TextTraining.Train(f32, train, new TrainingOptions(), null, CancellationToken.None).Heads;
        var before = TextTraining.Evaluate(f32, test, heads).Macro;
        var after = TextTraining.Evaluate(int8, test, heads).Macro;
        Console.WriteLine(
            $"  heads of the sample inbox: macro-F1 f32 {before.F1:F4}, int8 {after.F1:F4}; macro average precision " +
            $"{before.AveragePrecision:F4}, {after.AveragePrecision:F4}");
    }

    private static FeatureMatrix Embeddings(LoadedEncoder loaded, IReadOnlyList<byte[]> texts) =>
        new EncodedTexts(loaded.Encoder.Features, new TextEncoder(loaded).Features(texts)).Matrix(FeatureNames.Mean);
}
