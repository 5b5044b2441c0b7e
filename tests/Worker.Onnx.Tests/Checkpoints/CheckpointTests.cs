using System.Text.Json.Nodes;
using Worker.Onnx.Checkpoints;
using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Tests.Checkpoints;

public class CheckpointTests
{
    [Fact]
    public void A_bert_configuration_is_read()
    {
        using var checkpoint = Checkpoint.Open(ImportedModels.Source("bert-tiny-gelu-new"));
        var config = checkpoint.Config;
        Assert.Equal((Architecture.Bert, Activation.GeluNew), (config.Architecture, config.Activation));
        Assert.Equal((48, 4, 4, 96), (config.Hidden, config.Layers, config.AttentionHeads, config.Intermediate));
        Assert.Equal((4005, 64, 2), (config.VocabularySize, config.MaxPositions, config.TypeVocabularySize));
        Assert.Equal(["LABEL_0"], config.OwnLabels);
        Assert.Equal([1, 48], checkpoint.Shape("head.classifier.weight"));
    }

    [Fact]
    public void A_distilbert_configuration_is_read()
    {
        using var checkpoint = Checkpoint.Open(ImportedModels.Source("distilbert-tiny"));
        Assert.Equal((Architecture.DistilBert, Activation.Gelu, 3),
            (checkpoint.Config.Architecture, checkpoint.Config.Activation, checkpoint.Config.Layers));
        Assert.False(checkpoint.Has("embeddings.type"));
    }

    [Theory]
    [InlineData("model_type", "\"roberta\"", "'roberta'")]
    [InlineData("hidden_act", "\"silu\"", "'silu'")]
    [InlineData("position_embedding_type", "\"relative_key\"", "relative_key")]
    [InlineData("is_decoder", "true", "only encoders")]
    [InlineData("add_cross_attention", "true", "only encoders")]
    [InlineData("pruned_heads", "{\"0\":[1]}", "pruned")]
    [InlineData("quantization_config", "{}", "quantised")]
    [InlineData("hidden_size", "\"48\"", "whole number")]
    [InlineData("num_hidden_layers", "0", "1 or more")]
    [InlineData("num_hidden_layers", "2.5", "whole number")]
    [InlineData("vocab_size", "2000000000", "more than")]
    [InlineData("num_attention_heads", "5", "does not divide")]
    [InlineData("layer_norm_eps", "2", "between 0 and 1")]
    [InlineData("layer_norm_eps", "\"x\"", "between 0 and 1")]
    [InlineData("id2label", "{\"1\":\"a\"}", "0, 1, 2")]
    [InlineData("id2label", "[\"a\"]", "object")]
    public void A_field_that_cannot_be_honoured_is_refused_by_its_name(string field, string? value, string reason)
    {
        using var folder = new EditedCheckpoint("bert-tiny");
        folder.Configure(config =>
        {
            config.Remove(field);
            if (value is not null)
                config[field] = JsonNode.Parse(value);
        });
        AssertRefused(folder, "config.json", $"'{field}'", reason);
    }

    [Fact]
    public void Configurations_and_weights_that_do_not_belong_together_are_refused_by_tensor()
    {
        using var folder = new EditedCheckpoint("bert-tiny");
        folder.Configure(config => config["intermediate_size"] = 128);
        AssertRefused(
            folder, "model.safetensors", "'bert.encoder.layer.0.intermediate.dense.weight'", "[96, 48]", "[128, 48]");
    }

    [Theory]
    [InlineData("bert-tiny", "bert.encoder.layer.2.attention.self.key.bias", "encoder.layer.2.attention.self.key.bias")]
    [InlineData("bert-tiny", "bert.pooler.dense.weight", "pooler.dense.weight")]
    [InlineData("distilbert-tiny", "pre_classifier.bias", "pre_classifier.bias")]
    [InlineData(
        "distilbert-tiny", "distilbert.transformer.layer.1.ffn.lin2.weight", "transformer.layer.1.ffn.lin2.weight")]
    public void A_missing_tensor_is_named(string model, string dropped, string named)
    {
        using var folder = new EditedCheckpoint(model);
        folder.Rewrite((name, shape, values) => name == dropped ? null : (name, shape, values));
        AssertRefused(folder, "model.safetensors", $"'{named}'", "missing");
    }

    [Fact]
    public void Names_may_lack_the_prefix_and_use_gamma_and_beta()
    {
        using var folder = new EditedCheckpoint("bert-tiny");
        folder.Rewrite(
            (name, shape, values) =>
                (name.Replace("bert.", "").Replace("LayerNorm.weight", "LayerNorm.gamma").Replace(
                    "LayerNorm.bias", "LayerNorm.beta"), shape, values));
        using var renamed = Checkpoint.Open(folder.Path);
        using var original = Checkpoint.Open(ImportedModels.Source("bert-tiny"));
        Assert.Equal(original.Names, renamed.Names);
        Assert.All(original.Names, name => Assert.Equal(original.Read(name), renamed.Read(name)));
    }

    [Theory]
    [InlineData("bert-tiny", "model_type", "type_vocab_size", "layer_norm_eps", "hidden_act", "position_embedding_type",
        "is_decoder", "add_cross_attention")]
    [InlineData("bert-tiny", "model_type", "architectures")]
    [InlineData("distilbert-tiny", "model_type", "activation")]
    [InlineData("distilbert-tiny", "model_type", "architectures")]
    public void What_older_exports_leave_out_is_as_in_the_reference_library(string model, params string[] fields)
    {
        using var folder = new EditedCheckpoint(model);
        folder.Configure(config =>
        {
            foreach (var field in fields)
                config.Remove(field);
        });
        using var shortened = Checkpoint.Open(folder.Path);
        using var original = Checkpoint.Open(ImportedModels.Source(model));
        Assert.Equal(original.Config with { OwnLabels = [] }, shortened.Config with { OwnLabels = [] });
        Assert.Equal(original.Config.OwnLabels, shortened.Config.OwnLabels);
    }

    [Theory]
    [InlineData("RobertaForMaskedLM")]
    [InlineData("XLMRobertaModel")]
    public void A_model_of_another_kind_is_said_to_be_one_before_a_file_is_missed(string architecture)
    {
        using var folder = new EditedCheckpoint("bert-tiny");
        folder.Configure(config =>
        {
            config.Remove("model_type");
            config["architectures"] = new JsonArray(architecture);
        });
        File.Delete(folder.Weights);
        AssertRefused(folder, "config.json", $"'{architecture}'", "only BERT and DistilBERT");
    }

    [Theory]
    [InlineData("BertForMultiLabelSequenceClassification2")]
    [InlineData("MyOwnClassifier")]
    [InlineData(null)]
    public void A_text_classifier_is_found_by_its_tensors_whatever_it_is_called(string? architecture)
    {
        foreach (var model in new[] { "bert-tiny", "distilbert-tiny" })
        {
            using var original = Checkpoint.Open(ImportedModels.Source(model));
            using var folder = new EditedCheckpoint(model);
            folder.Configure(config =>
            {
                config.Remove("id2label");
                config["num_labels"] = original.Config.OwnLabels.Length;
                config["architectures"] = architecture is null ? null : new JsonArray(architecture);
            });
            using var renamed = Checkpoint.Open(folder.Path);
            Assert.Equal(original.Names, renamed.Names);
            Assert.Equal(original.Config.OwnLabels.Length, renamed.Config.OwnLabels.Length);
        }
        using var wrong = new EditedCheckpoint("bert-tiny");
        wrong.Configure(config => (config["id2label"], config["num_labels"]) = (null, 7));
        AssertRefused(wrong, "config.json", "'num_labels'", "has 1 outputs");
    }

    [Fact]
    public void A_pointer_of_git_lfs_and_a_byte_order_mark_are_named()
    {
        using var folder = new EditedCheckpoint("bert-tiny");
        File.WriteAllText(
            folder.Weights, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 45441944\n");
        AssertRefused(folder, "model.safetensors", "git LFS pointer", "git lfs pull");
        File.WriteAllText(folder.File("config.json"), File.ReadAllText(folder.File("config.json")),
            new System.Text.UTF8Encoding(true));
        AssertRefused(folder, "config.json", "byte order mark");
        File.WriteAllText(folder.File("config.json"), "version https://git-lfs.github.com/spec/v1\n");
        AssertRefused(folder, "config.json", "git LFS pointer");
    }

    [Fact]
    public void A_token_classifier_is_not_taken_for_a_text_classifier()
    {
        using var folder = new EditedCheckpoint("bert-tiny");
        folder.Configure(config => config["architectures"] = new JsonArray("BertForTokenClassification"));
        using var checkpoint = Checkpoint.Open(folder.Path);
        Assert.False(checkpoint.Config.HasOwnHead);
        Assert.Empty(checkpoint.Config.OwnLabels);
    }

    [Fact]
    public void A_folder_without_safetensors_says_which_file_cannot_be_read_instead()
    {
        using var folder = new EditedCheckpoint("bert-tiny");
        File.Move(folder.Weights, folder.File("pytorch_model.bin"));
        AssertRefused(folder, "model.safetensors", "pytorch_model.bin", "safetensors");
        File.WriteAllText(folder.File("model.safetensors.index.json"), "{}");
        AssertRefused(folder, "model.safetensors.index.json", "weight_map");
    }

    [Fact]
    public void Weights_in_several_files_are_the_same_weights()
    {
        using var folder = Split();
        using var whole = Checkpoint.Open(Repository.Golden("models", "bert-tiny"));
        using var split = Checkpoint.Open(folder.Path);
        Assert.Equal(whole.Names, split.Names);
        Assert.All(whole.Names, name => Assert.Equal(whole.Read(name), split.Read(name)));
    }

    [Fact]
    public void An_index_that_does_not_fit_its_files_is_refused_by_file_and_tensor()
    {
        using var folder = Split();
        const string Index = "model.safetensors.index.json";
        var map = JsonNode.Parse(File.ReadAllText(folder.File(Index)))!["weight_map"]!.AsObject();
        var (tensor, file) = (map.First().Key, map.First().Value!.GetValue<string>());
        Write(tensor, file == "model-1.safetensors" ? "model-2.safetensors" : "model-1.safetensors");
        AssertRefused(folder, tensor, Index);
        Write(tensor, "../model-1.safetensors");
        AssertRefused(folder, tensor, "not the name of a file next to it");
        map.Remove(tensor);
        File.WriteAllText(folder.File(Index), new JsonObject { ["weight_map"] = map.DeepClone() }.ToJsonString());
        AssertRefused(folder, tensor, "not listed");
        Write(tensor, file);
        File.Delete(folder.File(file));
        AssertRefused(folder, file);

        void Write(string name, string where)
        {
            map[name] = where;
            File.WriteAllText(folder.File(Index), new JsonObject { ["weight_map"] = map.DeepClone() }.ToJsonString());
        }
    }

    /// <summary>The golden model with its weights in two files and an index.</summary>
    private static EditedCheckpoint Split()
    {
        var folder = new EditedCheckpoint("bert-tiny");
        var parts = new List<(string, long[], float[])>[] { [], [] };
        var map = new JsonObject();
        folder.Rewrite((name, shape, values) =>
        {
            var part = map.Count % 3 == 0 ? 0 : 1;
            parts[part].Add((name, shape, values));
            map[name] = $"model-{part + 1}.safetensors";
            return (name, shape, values);
        });
        for (var part = 0; part < 2; part++)
            SafetensorsWriter.Write(folder.File($"model-{part + 1}.safetensors"), parts[part]);
        File.Delete(folder.Weights);
        File.WriteAllText(
            folder.File("model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
        return folder;
    }

    [Fact]
    public void A_missing_folder_or_configuration_is_named()
    {
        using var folder = new EditedCheckpoint("bert-tiny");
        File.Delete(folder.File("config.json"));
        AssertRefused(folder, "config.json", "missing");
        File.WriteAllText(folder.File("config.json"), "{ not json");
        AssertRefused(folder, "config.json", "cannot be read");
        File.WriteAllText(folder.File("config.json"), "[]");
        AssertRefused(folder, "config.json", "not a JSON object");
        Assert.Contains(
            "no such folder", Assert.Throws<EncoderException>(() => Checkpoint.Open(folder.File("nowhere"))).Message);
    }

    [Theory]
    [InlineData(null, null, 64)]
    [InlineData("1e30", null, 64)]
    [InlineData("48", null, 48)]
    [InlineData("48", "32", 32)]
    [InlineData("512", "40", 40)]
    [InlineData("32", "48", 48)]
    [InlineData("32", "512", 64)]
    [InlineData(null, null, 24, 24)]
    public void The_token_limit_is_the_sentence_encoders_or_the_tokenizers_within_the_positions(
        string? tokenizer, string? sentence, int expected, int? old = null)
    {
        using var folder = WithLimits(tokenizer, sentence);
        folder.ConfigureFile("tokenizer_config.json", json => json["max_len"] = old);
        using var checkpoint = Checkpoint.Open(folder.Path);
        Assert.Equal(expected, TokenLimit.Read(folder.Path, checkpoint.Config));
    }

    [Theory]
    [InlineData("2", "no room")]
    [InlineData("-1", "1 or more")]
    [InlineData("\"long\"", "1 or more")]
    public void A_token_limit_that_makes_no_sense_is_refused(string limit, string reason)
    {
        using var folder = WithLimits(limit, null);
        using var checkpoint = Checkpoint.Open(folder.Path);
        var error = Assert.Throws<EncoderException>(() => TokenLimit.Read(folder.Path, checkpoint.Config));
        Assert.Contains("model_max_length", error.Message);
        Assert.Contains(reason, error.Message);
    }

    private static EditedCheckpoint WithLimits(string? tokenizer, string? sentence)
    {
        var folder = new EditedCheckpoint("bert-tiny");
        folder.ConfigureFile("tokenizer_config.json", json =>
        {
            json.Remove("model_max_length");
            if (tokenizer is not null)
                json["model_max_length"] = JsonNode.Parse(tokenizer);
        });
        if (sentence is not null)
            folder.ConfigureFile(
                "sentence_bert_config.json", json => json["max_seq_length"] = JsonNode.Parse(sentence));
        return folder;
    }

    private static void AssertRefused(EditedCheckpoint folder, params string[] named)
    {
        var error = Assert.Throws<EncoderException>(() => Checkpoint.Open(folder.Path));
        Assert.All(named, part => Assert.Contains(part, error.Message));
    }
}
