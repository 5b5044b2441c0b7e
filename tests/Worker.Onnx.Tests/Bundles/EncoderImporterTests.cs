using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Worker.Core.Encoders;
using Worker.Onnx.Bundles;
using Worker.Onnx.Importing;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Tests.Bundles;

public sealed class EncoderImporterTests(ImportedModels models) : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();

    [Fact]
    public void A_bundle_holds_what_was_imported()
    {
        var bundle = models[ImportedModels.MiniLm];
        Assert.Equal((384, 6, 256, 30522), (bundle.Hidden, bundle.Layers, bundle.MaxTokens, bundle.VocabularySize));
        Assert.Equal(["mean", "cls", "layer1", "layer2", "layer3", "layer4", "layer5"], bundle.Features);
        Assert.Empty(bundle.OwnLabels);
        Assert.Equal("bert, 6 layers of 384, gelu", bundle.Architecture);
        Assert.Matches("^[0-9a-f]{64}$", bundle.Hash);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Repository.MiniLm, "vocab.txt")),
            File.ReadAllBytes(Path.Combine(bundle.Folder, "vocab.txt")));
        Assert.True(File.Exists(Path.Combine(bundle.Folder, "tokenizer.json")));
        Assert.True(File.Exists(Path.Combine(bundle.Folder, "tokenizer_config.json")));
        Assert.Equal(["LABEL_0"], models["bert-tiny"].OwnLabels);
    }

    [Fact]
    public void An_import_says_how_far_int8_is_from_f32()
    {
        var report = models[ImportedModels.MiniLm].Int8!;
        Assert.InRange(report.MeanCosine, 0.98, 0.9999);
        Assert.InRange(report.MinimumCosine, 0.92, report.MeanCosine);
        Assert.Null(report.LargestLogitChange);

        var bundle = models["bert-tiny"];
        using var exact = Open(bundle, Precision.Float32);
        using var quantised = Open(bundle, Precision.Int8);
        var largest = bundle.Metadata.SelfCheck.Max(text => Math.Abs(Logit(exact, text) - Logit(quantised, text)));
        Assert.True(largest > 0);
        Assert.Equal(largest, bundle.Int8!.LargestLogitChange!.Value, 1e-3);
    }

    [Fact]
    public void A_second_import_replaces_the_first()
    {
        var destination = folder.File("bundle");
        Import("bert-tiny", destination);
        var second = Import("distilbert-tiny", destination);
        Assert.Equal(second.Hash, EncoderBundle.Open(destination).Hash);
        Assert.Equal("distilbert", second.Architecture.Split(',')[0]);
        AssertNothingElse("bundle");
    }

    [Fact]
    public void A_failed_import_leaves_nothing_and_keeps_the_earlier_bundle()
    {
        var destination = folder.File("bundle");
        var hash = Import("bert-tiny", destination).Hash;
        using var damaged = new EditedCheckpoint("distilbert-tiny");
        // A value that only shows when the weights are read, in the middle of the writing.
        damaged.Rewrite((name, shape, values) =>
        {
            if (name == "distilbert.transformer.layer.2.ffn.lin2.bias")
                values[3] = float.NaN;
            return (name, shape, values);
        });
        var error = Assert.Throws<EncoderException>(() =>
            EncoderImporter.Import(damaged.Path, destination, ImportedModels.TokenizeAsGolden("distilbert-tiny")));
        Assert.Contains("distilbert.transformer.layer.2.ffn.lin2.bias", error.Message);
        Assert.Equal(hash, EncoderBundle.Open(destination).Hash);
        Assert.Throws<EncoderException>(
            () => EncoderImporter.Import(
                damaged.Path, folder.File("other"), ImportedModels.TokenizeAsGolden("distilbert-tiny")));
        AssertNothingElse("bundle");
    }

    [Fact]
    public void A_truncated_checkpoint_is_refused_by_tensor_and_leaves_nothing()
    {
        using var truncated = new EditedCheckpoint("bert-tiny");
        var bytes = File.ReadAllBytes(truncated.Weights);
        File.WriteAllBytes(truncated.Weights, bytes[..(bytes.Length - 100)]);
        var error = Assert.Throws<EncoderException>(
            () => EncoderImporter.Import(
                truncated.Path, folder.File("bundle"), ImportedModels.TokenizeAsGolden("bert-tiny")));
        Assert.Contains("truncated", error.Message);
        Assert.Contains("tensor '", error.Message);
        AssertNothingElse();
    }

    [Fact]
    public void A_folder_of_other_files_is_not_overwritten()
    {
        File.WriteAllText(folder.File("thesis.txt"), "years of work");
        Assert.Contains(
            "holds other files", Assert.Throws<EncoderException>(() => Import("bert-tiny", folder.Path)).Message);
        Assert.Contains(
            "is a file", Assert.Throws<EncoderException>(() => Import("bert-tiny", folder.File("thesis.txt"))).Message);
        AssertNothingElse("thesis.txt");
    }

    [Fact]
    public void A_checkpoint_without_vocabulary_is_refused()
    {
        using var bare = new EditedCheckpoint("bert-tiny");
        File.Delete(bare.File("vocab.txt"));
        File.Delete(bare.File("tokenizer.json"));
        var error = Assert.Throws<EncoderException>(() =>
            EncoderImporter.Import(bare.Path, folder.File("bundle"), ImportedModels.TokenizeAsGolden("bert-tiny")));
        Assert.Contains("vocab.txt", error.Message);
    }

    [Fact]
    public void A_tokenizer_of_another_vocabulary_is_refused()
    {
        var error = Assert.Throws<EncoderException>(
            () => EncoderImporter.Import(ImportedModels.Source("bert-tiny"), folder.File("bundle"),
            ImportedModels.Tokenizer(_ => [101, 30000, 102])));
        Assert.Contains("30000", error.Message);
        // Also if no text of the self-check has such a token.
        error = Assert.Throws<EncoderException>(
            () => EncoderImporter.Import(ImportedModels.Source("bert-tiny"), folder.File("bundle"),
            ImportedModels.Tokenizer(_ => [1, 2], idLimit: 4006)));
        Assert.Contains("ids up to 4005, config.json's vocab_size is 4005", error.Message);
        Assert.Contains(
            "no token", Assert.Throws<EncoderException>(
                () => EncoderImporter.Import(ImportedModels.Source("bert-tiny"), folder.File("bundle"),
                ImportedModels.Tokenizer(_ => []))).Message);
    }

    [Fact]
    public void The_hash_is_of_the_content_and_not_of_the_files()
    {
        var original = models["bert-tiny"].Hash;
        using var rearranged = new EditedCheckpoint("bert-tiny");
        rearranged.Rewrite((name, shape, values) => (name.Replace("bert.", ""), shape, values));
        rearranged.Configure(config =>
        {
            var removed = config["hidden_size"]!.DeepClone();
            config.Remove("hidden_size");
            config["hidden_size"] = removed;
            config["transformers_version"] = "1";
        });
        rearranged.ConfigureFile("tokenizer_config.json", json => json["name_or_path"] = "elsewhere");
        rearranged.ConfigureFile("special_tokens_map.json", json => json["unk_token"] = "[UNK]");
        Assert.Equal(original, Import(rearranged).Hash);
    }

    public static TheoryData<string> Edits => ["weight", "epsilon", "vocabulary", "case", "limit", "special", "added"];

    [Theory]
    [MemberData(nameof(Edits))]
    public void The_hash_changes_with_whatever_changes_a_texts_features(string edit)
    {
        using var edited = new EditedCheckpoint("bert-tiny");
        switch (edit)
        {
            case "weight":
                edited.Rewrite((name, shape, values) =>
                {
                    values[0] += name.EndsWith("layer.3.output.dense.bias", StringComparison.Ordinal) ? 0.001f : 0;
                    return (name, shape, values);
                });
                break;
            case "epsilon": edited.Configure(config => config["layer_norm_eps"] = 1e-5); break;
            case "vocabulary": File.AppendAllText(edited.File("vocab.txt"), "extra\n"); break;
            case "special":
                edited.ConfigureFile("special_tokens_map.json",
                json => json["additional_special_tokens"] = new JsonArray("[unused0]")); break;
            case "added":
                File.Delete(edited.File("tokenizer.json"));
                var without = Import(edited).Hash;
                edited.ConfigureFile("added_tokens.json", json => json["[unused0]"] = 5);
                Assert.NotEqual(without, Import(edited).Hash);
                break;
            case "case": edited.ConfigureFile("tokenizer_config.json", json => json["do_lower_case"] = false); break;
            default: edited.ConfigureFile("tokenizer_config.json", json => json["model_max_length"] = 50); break;
        }
        Assert.NotEqual(models["bert-tiny"].Hash, Import(edited).Hash);
    }

    [Theory]
    [InlineData("BF16")]
    [InlineData("F16")]
    public void A_16_bit_checkpoint_is_the_same_encoder_as_an_f32_one_of_its_values(string dtype)
    {
        Func<float, ushort> narrow = dtype == "F16"
            ? value => BitConverter.HalfToUInt16Bits((Half)value)
            : value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        using var narrowed = new EditedCheckpoint("bert-tiny");
        narrowed.RewriteAs(dtype, narrow);
        using var widened = new EditedCheckpoint("bert-tiny");
        widened.Rewrite((name, shape, values) => (name, shape, [.. values.Select(v => dtype == "F16"
            ? (float)BitConverter.UInt16BitsToHalf(narrow(v))
            : BitConverter.UInt32BitsToSingle((uint)narrow(v) << 16))]));
        var (narrowBundle, wideBundle) = (Import(narrowed), Import(widened));
        Assert.Equal(wideBundle.Hash, narrowBundle.Hash);
        Assert.NotEqual(models["bert-tiny"].Hash, narrowBundle.Hash);

        using var encoder = EncoderFactory.Create(narrowBundle, new EncoderOptions { Device = Device.Cpu });
        var text = GoldenText.Read("bert-tiny")[0];
        Assert.InRange(EncoderCalls.Distance(encoder.Encode([text.Ids], 1)[0], text.Feature("mean")), 0,
            dtype == "F16" ? 0.01f : 0.1f);
    }

    [Fact]
    public void Relu_is_another_encoder_than_gelu()
    {
        using var edited = new EditedCheckpoint("bert-tiny");
        edited.Configure(config => config["hidden_act"] = "relu");
        using var encoder = EncoderFactory.Create(Import(edited), new EncoderOptions { Device = Device.Cpu });
        var text = GoldenText.Read("bert-tiny")[0];
        Assert.InRange(EncoderCalls.Distance(encoder.Encode([text.Ids], 1)[0], text.Feature("mean")), 0.01f, 10);
    }

    [Fact]
    public void One_layer_offers_its_mean_and_cls_alone()
    {
        using var edited = new EditedCheckpoint("bert-tiny");
        edited.Configure(config => config["num_hidden_layers"] = 1);
        var bundle = Import(edited);
        Assert.Equal(["mean", "cls", "pooled"], bundle.Features);
        using var encoder = EncoderFactory.Create(bundle, new EncoderOptions { Device = Device.Cpu });
        // The four-layer model's first layer is this one's last.
        var text = GoldenText.Read("bert-tiny")[5];
        Assert.InRange(EncoderCalls.Distance(encoder.Encode([text.Ids], 1)[0], text.Feature("layer1")), 0, 1e-4f);
    }

    [Fact]
    public void A_checkpoint_may_have_several_labels_of_its_own()
    {
        using var edited = new EditedCheckpoint("bert-tiny");
        edited.Configure(config => config["id2label"] = new JsonObject { ["0"] = "no", ["1"] = "yes" });
        edited.Rewrite((name, shape, values) => name.StartsWith("classifier.", StringComparison.Ordinal)
            ? (name, [2, .. shape[1..]], [.. values, .. values.Select(v => 2 * v)])
            : (name, shape, values));
        var bundle = Import(edited);
        Assert.Equal(["no", "yes"], bundle.OwnLabels);
        using var encoder = EncoderFactory.Create(bundle, new EncoderOptions { Device = Device.Cpu, OwnLogits = true });
        var text = GoldenText.Read("bert-tiny")[0];
        var logits = new float[2];
        encoder.Score(new MicroBatch(text.Ids, [text.Ids.Length]), logits);
        var expected = text.Vector("logits")[0];
        Assert.InRange(EncoderCalls.Distance(logits, [expected, 2 * expected]), 0, 1e-4f);
    }

    [Theory]
    [InlineData(
        "modules.json",
        "[{\"idx\":0,\"path\":\"\",\"type\":\"sentence_transformers.models.Transformer\"}," +
        "{\"idx\":1,\"path\":\"2_CNN\",\"type\":\"sentence_transformers.models.CNN\"}]", "2_CNN")]
    [InlineData("modules.json", "[{\"path\":\"0_Transformer\",\"type\":\"sentence_transformers.models.Transformer\"}]",
        "0_Transformer")]
    [InlineData("modules.json", "{}", "array of objects")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode_median_tokens\":true}", "pooling_mode_median_tokens")]
    [InlineData("1_Pooling/config.json", "{\"word_embedding_dimension\":47}", "the encoder's vectors have 48")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode\":\"median\"}", "choose cls, max, mean")]
    [InlineData("config_sentence_transformers.json", "{\"prompts\":{\"q\":\"query: \"},\"default_prompt_name\":\"p\"}",
        "not among its prompts (q)")]
    public void What_a_sentence_model_asks_for_and_nobody_does_is_refused_by_name(
        string file, string json, string named)
    {
        using var edited = new EditedCheckpoint("bert-tiny");
        Directory.CreateDirectory(edited.File("1_Pooling"));
        File.WriteAllText(edited.File(file), json);
        var error = Assert.Throws<EncoderException>(() => EncoderImporter.Import(
            edited.Path, folder.File("bundle"), ImportedModels.Tokenizer(_ => [1, 2], lowersCase: false)));
        Assert.Contains(file, error.Message);
        Assert.Contains(named, error.Message);
        AssertNothingElse();
    }

    [Fact]
    public void What_a_sentence_model_says_of_its_features_is_passed_on()
    {
        using var edited = new EditedCheckpoint("bert-tiny");
        Directory.CreateDirectory(edited.File("1_Pooling"));
        File.WriteAllText(edited.File("1_Pooling/config.json"),
            """{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}""");
        File.WriteAllText(edited.File("config_sentence_transformers.json"),
            """{"prompts":{"query":"query: ","document":""},"default_prompt_name":null}""");
        File.WriteAllText(
            edited.File(
                "modules.json"), """[{"path":"","type":"sentence_transformers.models.Transformer"},{"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},{"path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]""");
        List<string> remarks = [];
        EncoderImporter.Import(
            edited.Path, folder.File("bundle"), ImportedModels.TokenizeAsGolden("bert-tiny"), remarks.Add);
        Assert.Equal(2, remarks.Count);
        Assert.Contains("(Cls Normalise) is the feature 'sentence'", remarks[0]);
        Assert.Contains("its prompts (query) are not put before texts", remarks[1]);
        // The default encoder's own means need no remark.
        remarks.Clear();
        EncoderImporter.Import(ImportedModels.Source(ImportedModels.MiniLm), folder.File("mini"),
            ImportedModels.TokenizeAsGolden(ImportedModels.MiniLm), remarks.Add);
        Assert.Empty(remarks);
    }

    private static Encoder Open(EncoderBundle bundle, Precision precision) => EncoderFactory.Create(
        bundle, new EncoderOptions { Device = Device.Cpu, Precision = precision, OwnLogits = true });

    private static float Logit(Encoder encoder, ImmutableArray<int> text)
    {
        var logits = new float[1];
        encoder.Score(new MicroBatch(text.AsSpan(), [text.Length]), logits);
        return logits[0];
    }

    public void Dispose() => folder.Dispose();

    private static EncoderBundle Import(string model, string destination) =>
        EncoderImporter.Import(ImportedModels.Source(model), destination, ImportedModels.TokenizeAsGolden(model));

    private EncoderBundle Import(EditedCheckpoint checkpoint) =>
        EncoderImporter.Import(checkpoint.Path, folder.File(Path.GetFileName(checkpoint.Path)),
            ImportedModels.TokenizeAsGolden("bert-tiny"));

    private void AssertNothingElse(params string[] expected) =>
        Assert.Equal(expected, Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
}
