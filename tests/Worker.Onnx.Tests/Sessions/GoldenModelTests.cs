using System.Numerics.Tensors;
using Worker.Core.Encoders;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Tests.Sessions;

/// <summary>Our graphs against what the reference library computed from the same checkpoints.</summary>
public class GoldenModelTests(ImportedModels models)
{
    [Theory]
    [InlineData("bert-tiny")]
    [InlineData("bert-tiny-gelu-new")]
    [InlineData("distilbert-tiny")]
    public void Every_feature_of_every_text_is_the_references(string model)
    {
        var bundle = models[model];
        using var encoder = EncoderFactory.Create(
            bundle,
            new EncoderOptions
            {
                Device = Device.Cpu,
                Features = [.. bundle.Features.Where(name => name != "pooled")],
            });
        var texts = GoldenText.Read(model);
        Assert.Equal(64, texts.Length);
        // Seven at a time in the file's order: short and long side by side, so that there is padding.
        var rows = encoder.Encode([.. texts.Select(t => t.Ids)], batch: 7);
        Assert.Equal(bundle.Layers + 1, encoder.Features.Features.Count);
        foreach (var (text, row) in texts.Zip(rows))
            foreach (var feature in encoder.Features.Features)
                Assert.InRange(
                    EncoderCalls.Distance(
                        row[feature.Offset..(feature.Offset + feature.Width)], text.Feature(feature.Name)), 0, 1e-4f);
    }

    [Theory]
    [InlineData("bert-tiny")]
    [InlineData("bert-tiny-gelu-new")]
    [InlineData("distilbert-tiny")]
    public void The_checkpoints_own_logits_are_the_references(string model)
    {
        using var encoder = EncoderFactory.Create(
            models[model], new EncoderOptions { Device = Device.Cpu, OwnLogits = true });
        var worst = 0f;
        foreach (var chunk in GoldenText.Read(model).Chunk(9))
        {
            var logits = new float[chunk.Length * encoder.OwnLabels];
            var (ids, lengths) = EncoderCalls.Pack([.. chunk.Select(t => t.Ids)]);
            encoder.Score(new MicroBatch(ids, lengths), logits);
            worst = Math.Max(worst, EncoderCalls.Distance(logits, [.. chunk.SelectMany(t => t.Vector("logits"))]));
        }
        Assert.InRange(worst, 0, 1e-4f);
    }

    [Fact]
    public void MiniLm_embeddings_in_f32_are_the_references()
    {
        using var encoder = EncoderFactory.Create(
            models[ImportedModels.MiniLm], new EncoderOptions { Device = Device.Cpu });
        foreach (var (text, embedding) in Embeddings(encoder))
            Assert.InRange(EncoderCalls.Distance(embedding, text.Vector("embedding")), 0, 2e-3f);
    }

    [Fact]
    public void MiniLm_embeddings_in_int8_have_a_mean_cosine_of_99_percent()
    {
        using var encoder = EncoderFactory.Create(
            models[ImportedModels.MiniLm], new EncoderOptions { Device = Device.Cpu, Precision = Precision.Int8 });
        Assert.StartsWith("cpu int8", encoder.Description);
        var cosines = Embeddings(encoder).Select(e =>
            TensorPrimitives.CosineSimilarity<float>(e.Embedding, e.Text.Vector("embedding"))).ToArray();
        Assert.InRange(cosines.Average(), 0.99f, 1);
        Assert.InRange(cosines.Min(), 0.95f, 1);
    }

    private static IEnumerable<(GoldenText Text, float[] Embedding)> Embeddings(Encoder encoder)
    {
        var texts = GoldenText.Read(ImportedModels.MiniLm).Where(t => t.Ids.Length <= encoder.MaxTokens).ToArray();
        Assert.True(texts.Length >= 30, $"{texts.Length} texts are too few to tell");
        foreach (var (text, row) in texts.Zip(encoder.Encode([.. texts.Select(t => t.Ids)], batch: 8)))
        {
            TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
            yield return (text, row);
        }
    }
}
