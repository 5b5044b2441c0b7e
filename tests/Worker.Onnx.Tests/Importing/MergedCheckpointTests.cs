using Worker.Core.Heads;
using Worker.Onnx.Bundles;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Tests.Importing;

/// <summary>Fine-tuned checkpoints as one encoder, against each of them alone and the reference library.</summary>
public sealed class MergedCheckpointTests : IDisposable
{
    private static readonly string[] Golden = ["head-only", "last-layer", "last-two-layers", "two-logits"];

    private readonly MergedModels models = new();

    [Fact]
    public void Four_checkpoints_in_one_import_give_the_references_logits_and_share_what_is_the_same()
    {
        var bundle = models.Merge([.. Golden.Select(name => Repository.Shared("golden", "models", "merge", name))]);
        Assert.Equal(Golden, bundle.Merged.Select(one => one.Name));
        Assert.Equal([4, 3, 2, 3], bundle.Merged.Select(one => one.SharedLayers));
        Assert.Equal([4, 1, 2, 1], bundle.Merged.Select(one => one.AddedLayers));
        var at = 0;
        foreach (var one in bundle.Merged)
        {
            var texts = GoldenText.ReadFile(
                Repository.Shared("golden", "models", "merge", one.Name, "expected.jsonl"));
            Assert.Equal(64, texts.Length);
            var rows = MergedModels.Score(bundle, [.. texts.Select(text => text.Ids)]);
            foreach (var (text, row) in texts.Zip(rows))
                Assert.InRange(
                    EncoderCalls.Distance(row[at..(at + one.OwnLabels.Length)], text.Vector("logits")), 0, 1e-4f);
            at += one.OwnLabels.Length;
        }
    }

    [Fact]
    public void Branches_share_layers_with_each_other_that_the_first_does_not_have()
    {
        var second = models.Tuned("second", 2, null, "a");
        var third = models.Tuned("third-of-all", 4, null, "b", "c", "d");
        // The third is the second again, but for its last layer.
        var stored = Path.Combine(third, "model.safetensors");
        File.Copy(Path.Combine(second, "model.safetensors"), stored, overwrite: true);
        Retune(third);
        var texts = Texts();
        var bundle = models.Merge(models.Tuned("first", 4, null, "no", "yes"), second, third);
        Assert.Equal([4, 2, 2], bundle.Merged.Select(one => one.SharedLayers));
        Assert.Equal([4, 2, 1], bundle.Merged.Select(one => one.AddedLayers));
        Assert.Equal(
            ["first/pooled", "first/mean", "first/cls", "second/pooled", "second/mean", "second/cls",
                "third-of-all/pooled", "third-of-all/mean", "third-of-all/cls"], bundle.Features.Skip(5));
        var rows = MergedModels.Score(bundle, texts);
        var at = 0;
        foreach (var one in bundle.Merged)
        {
            var alone = models.ScoreAlone(Path.Combine(Path.GetDirectoryName(second)!, one.Name), texts);
            foreach (var (merged, single) in rows.Zip(alone))
                Assert.InRange(EncoderCalls.Distance(merged[at..(at + single.Length)], single), 0, 1e-4f);
            at += one.OwnLabels.Length;
        }
    }

    [Fact]
    public void In_int8_the_logits_stay_close()
    {
        var texts = Texts();
        var bundle = models.Merge(models.Tuned("one", 3, null, "a"), models.Tuned("other", 3, null, "b"));
        using var encoder = EncoderFactory.Create(
            bundle, new EncoderOptions { Device = Device.Cpu, Precision = Precision.Int8, Features = ["own"] });
        Assert.StartsWith("cpu int8", encoder.Description);
        var (exact, quantised) = (MergedModels.Score(bundle, texts), MergedModels.Score(bundle, texts, Precision.Int8));
        foreach (var (f32, int8) in exact.Zip(quantised))
            Assert.InRange(EncoderCalls.Distance(f32, int8), 0, 0.3f);
    }

    [Fact]
    public void Classifiers_become_heads_with_their_own_probabilities()
    {
        var texts = Texts();
        var bundle = models.Merge(
            models.Tuned("single", 3, null, "LABEL_0"), models.Tuned("pair", 3, null, "no", "yes"),
            models.Tuned("many", 4, "multi_label_classification", "red", "green"),
            models.Tuned("exclusive", 3, "single_label_classification", "x", "y", "z"),
            models.Tuned("number", 3, "regression", "price"));
        var heads = File.ReadLines(bundle.HeadsPath!)
            .Select(line => HeadJson.Parse(System.Text.Encoding.UTF8.GetBytes(line))).ToArray();
        Assert.Equal(
            ["single", "pair", "many/red", "many/green", "exclusive/x", "exclusive/y", "exclusive/z"],
            heads.Select(head => head.Label));
        Assert.All(heads, head => Assert.Equal((bundle.Hash, Thresholds.Half), (head.Encoder, head.Thresholds)));
        Assert.Equal(["exclusive", "exclusive", "exclusive"], heads[4..].Select(head => head.Group));

        using var encoder = EncoderFactory.Create(
            bundle, new EncoderOptions { Device = Device.Cpu, Features = ["taps", "own"] });
        var matrix = new HeadMatrix(encoder.Features, heads);
        foreach (var (ids, own) in texts.Zip(MergedModels.Score(bundle, texts)))
        {
            var p = encoder.Run([ids], matrix).Logits[0].Select(z => Calibration.Identity.Probability(z)).ToArray();
            Assert.Equal(Calibration.Identity.Probability(own[0]), p[0], 1e-5);
            Assert.Equal(Math.Exp(own[2]) / (Math.Exp(own[1]) + Math.Exp(own[2])), p[1], 1e-5);
            Assert.Equal(Calibration.Identity.Probability(own[3]), p[2], 1e-5);
            Assert.Equal(Calibration.Identity.Probability(own[4]), p[3], 1e-5);
            var softmax = own[5..8].Select(z => Math.Exp(z) / own[5..8].Sum(other => Math.Exp(other))).ToArray();
            Assert.Equal(Order(softmax), Order(p[4..7]));
        }
    }

    [Fact]
    public void A_single_classifier_becomes_a_head_too()
    {
        var folder = models.Tuned("spam", 3, null, "no", "yes");
        models.ScoreAlone(folder, Texts());
        var bundle = EncoderBundle.Open(folder + "-alone");
        var head = HeadJson.Parse(File.ReadAllBytes(bundle.HeadsPath!).AsSpan().TrimEnd((byte)'\n'));
        Assert.Equal(("spam", "pooled", bundle.Hash), (head.Label, head.Feature, head.Encoder));
        Assert.Empty(bundle.Merged);
    }

    [Theory]
    [InlineData("hidden_act", "relu", "activation")]
    [InlineData("layer_norm_eps", "1e-5", "epsilon")]
    [InlineData("num_hidden_layers", "3", "number of layers is 4 in the first and 3 in the second")]
    public void Other_sizes_are_refused_with_their_name(string field, string value, string named)
    {
        var (first, second) = (models.Tuned("first", 3, null, "a"), models.Tuned("second", 3, null, "b"));
        var config = Path.Combine(second, "config.json");
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(config))!;
        json[field] = double.TryParse(value, out var number) ? number : value;
        File.WriteAllText(config, json.ToJsonString());
        AssertRefused(named, first, second);
    }

    [Fact]
    public void Another_base_is_refused_with_the_first_row_that_differs()
    {
        var (first, second) = (models.Tuned("first", 3, null, "a"), models.Tuned("second", 3, null, "b"));
        using var edited = new EditedCheckpoint("bert-tiny");
        File.Copy(Path.Combine(second, "model.safetensors"), edited.Weights, overwrite: true);
        edited.Rewrite((name, shape, values) =>
        {
            if (name.EndsWith("word_embeddings.weight", StringComparison.Ordinal))
                values[48 * 17 + 5] += 1;
            return (name, shape, values);
        });
        File.Copy(edited.Weights, Path.Combine(second, "model.safetensors"), overwrite: true);
        AssertRefused("embeddings.word differs from its row 17 on", first, second);
    }

    [Fact]
    public void Names_that_cannot_be_told_apart_are_refused()
    {
        var first = models.Tuned("first", 3, null, "a");
        AssertRefused("both called 'first'", first, first);
        AssertRefused("rename the folder", first, models.Tuned("a+b", 3, null, "b"));
    }

    public void Dispose() => models.Dispose();

    private void AssertRefused(string named, params string[] folders)
    {
        var error = Assert.Throws<EncoderException>(() => models.Merge(folders));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(folders[^1]), error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(models.Bundle));
    }

    private static int[][] Texts() => [.. GoldenText.Read("bert-tiny").Select(text => text.Ids)];

    private static int[] Order(double[] values) =>
        [.. Enumerable.Range(0, values.Length).OrderBy(index => values[index])];

    /// <summary>Changes the last layer, and gives the classifier three labels.</summary>
    private static void Retune(string folder)
    {
        using var edited = new EditedCheckpoint("bert-tiny");
        File.Copy(Path.Combine(folder, "model.safetensors"), edited.Weights, overwrite: true);
        edited.Rewrite((name, shape, values) =>
            name.StartsWith("classifier.", StringComparison.Ordinal)
                ? (name, [3, .. shape[1..]], [.. values, .. values.Select(v => 2 * v), .. values.Select(v => -v)])
            : name.Contains(".layer.3.", StringComparison.Ordinal)
                ? (name, shape, [.. values.Select(v => v * 1.01f)]) : (name, shape, values));
        File.Copy(edited.Weights, Path.Combine(folder, "model.safetensors"), overwrite: true);
    }
}
