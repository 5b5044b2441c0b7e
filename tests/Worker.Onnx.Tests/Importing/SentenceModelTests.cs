using System.Text.Json;
using System.Text.Json.Nodes;
using Worker.Onnx.Bundles;
using Worker.Onnx.Importing;
using Worker.Onnx.Safetensors;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Tests.Importing;

/// <summary>
/// sentence-transformers folders of every pooling, with linear layers and lengths, against a plain evaluation.
/// </summary>
public sealed class SentenceModelTests : IDisposable
{
    private const int Hidden = 48;

    private static readonly int[][] Texts = [.. GoldenText.Read("bert-tiny").Take(16).Select(text => text.Ids)];

    /// <summary>The tokens' vectors of each text, which every folder here has in common.</summary>
    private static readonly Lazy<double[][][]> Tokens = new(() =>
    {
        var plain = new PlainBert(ImportedModels.Source("bert-tiny"));
        return [.. Texts.Select(plain.Tokens)];
    });

    private readonly EditedCheckpoint edited = new("bert-tiny");
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly List<string> remarks = [];

    [Theory]
    [InlineData("cls_token")]
    [InlineData("max_tokens")]
    [InlineData("mean_sqrt_len_tokens")]
    [InlineData("weightedmean_tokens")]
    [InlineData("lasttoken")]
    [InlineData("cls_token", "max_tokens", "mean_tokens")]
    public void Each_pooling_is_what_a_plain_evaluation_says(params string[] modes)
    {
        Modules("Pooling:1_Pooling");
        Pooling(modes);
        var bundle = Import();
        Assert.Contains(remarks, line => line.Contains("'sentence'", StringComparison.Ordinal));
        Compare(bundle, tokens => Pooled(tokens, modes));
    }

    [Theory]
    [InlineData("torch.nn.modules.activation.Tanh", true)]
    [InlineData("torch.nn.modules.linear.Identity", false)]
    [InlineData("torch.nn.modules.activation.GELU", true)]
    public void Linear_layers_and_lengths_follow_the_pooling(string activation, bool hasBias)
    {
        Modules(
            "Pooling:1_Pooling", "Dense:2_Dense", "Normalize:3_Normalize", "Dense:4_Dense", "Normalize:5_Normalize");
        Pooling("mean_tokens", "max_tokens");
        var first = Dense("2_Dense", 2 * Hidden, 20, activation, hasBias);
        var second = Dense("4_Dense", 20, 7, "torch.nn.modules.activation.Tanh", hasBias: true);
        var bundle = Import();
        Assert.Equal(7, bundle.Widths["sentence"]);
        Compare(bundle, tokens => Normalised(second(Normalised(first(Pooled(tokens, ["max_tokens", "mean_tokens"]))))));
    }

    [Fact]
    public void The_mean_is_no_feature_of_its_own_whatever_its_length()
    {
        Modules("Pooling:1_Pooling", "Normalize:2_Normalize");
        Pooling("mean_tokens");
        var bundle = Import();
        Assert.DoesNotContain("sentence", bundle.Features);
        Assert.Empty(remarks);
        using var plain = new EditedCheckpoint("bert-tiny");
        Assert.Equal(bundle.Hash, EncoderImporter.Import(
            plain.Path, folder.File("plain"), ImportedModels.TokenizeAsGolden("bert-tiny")).Hash);
    }

    [Fact]
    public void What_an_embedding_is_made_with_is_part_of_the_encoders_identity()
    {
        Modules("Pooling:1_Pooling", "Dense:2_Dense");
        Pooling("mean_tokens");
        Dense("2_Dense", Hidden, 5, "torch.nn.modules.activation.Tanh", hasBias: true);
        var hash = Import().Hash;
        Dense("2_Dense", Hidden, 5, "torch.nn.modules.activation.Tanh", hasBias: true, seed: 9);
        Assert.NotEqual(hash, Import("again").Hash);
        Dense("2_Dense", Hidden, 5, "torch.nn.modules.activation.Tanh", hasBias: true);
        Assert.Equal(hash, Import("once-more").Hash);
    }

    [Theory]
    [InlineData("in_features", "47", "the vector before it has 48")]
    [InlineData("out_features", "6", "its config.json demands")]
    [InlineData("activation_function", "\"torch.nn.modules.activation.Mish\"", "choose Identity, Tanh")]
    [InlineData("module_input_name", "\"token_embeddings\"", "sentence_embedding")]
    public void A_linear_layer_that_cannot_be_done_is_refused_by_its_field(string field, string value, string named)
    {
        Modules("Pooling:1_Pooling", "Dense:2_Dense");
        Pooling("mean_tokens");
        Dense("2_Dense", Hidden, 5, "torch.nn.modules.activation.Tanh", hasBias: true);
        edited.ConfigureFile("2_Dense/config.json", json => json[field] = JsonNode.Parse(value));
        var error = Assert.Throws<EncoderException>(() => Import());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("2_Dense", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Newer_files_name_the_pooling_and_the_order_is_the_librarys()
    {
        Directory.CreateDirectory(edited.File("1_Pooling"));
        File.WriteAllText(edited.File("1_Pooling/config.json"), "{\"pooling_mode\": [\"mean\", \"cls\"]}");
        Compare(Import(), tokens => Pooled(tokens, ["cls_token", "mean_tokens"]));
    }

    public void Dispose()
    {
        edited.Dispose();
        folder.Dispose();
    }

    private EncoderBundle Import(string name = "bundle") => EncoderImporter.Import(
        edited.Path, folder.File(name), ImportedModels.TokenizeAsGolden("bert-tiny"), remarks.Add);

    private void Modules(params string[] modules)
    {
        File.WriteAllText(edited.File("modules.json"), JsonSerializer.Serialize(
            modules.Prepend("Transformer:").Select((module, index) => new
            {
                idx = index,
                name = $"{index}",
                path = module.Split(':')[1],
                type = $"sentence_transformers.models.{module.Split(':')[0]}",
            })));
        foreach (var module in modules)
            Directory.CreateDirectory(edited.File(module.Split(':')[1]));
    }

    private void Pooling(params string[] modes) => File.WriteAllText(
        edited.File("1_Pooling/config.json"), JsonSerializer.Serialize(
            modes.ToDictionary(mode => $"pooling_mode_{mode}", _ => (object)true)
                .Append(new("word_embedding_dimension", Hidden)).ToDictionary()));

    /// <summary>Writes a linear layer of random weights; returns what it does.</summary>
    private Func<double[], double[]> Dense(
        string name, int inputs, int outputs, string activation, bool hasBias, int seed = 3)
    {
        var random = new Random(seed + inputs);
        float[] weights = [.. Enumerable.Range(0, inputs * outputs).Select(_ => random.NextSingle() - 0.5f)];
        float[] bias = [.. Enumerable.Range(0, outputs).Select(_ => hasBias ? random.NextSingle() - 0.5f : 0)];
        File.WriteAllText(edited.File($"{name}/config.json"), JsonSerializer.Serialize(new
        {
            in_features = inputs,
            out_features = outputs,
            bias = hasBias,
            activation_function = activation,
        }));
        (string, long[], float[])[] tensors =
            [("linear.weight", [outputs, inputs], weights), ("linear.bias", [outputs], bias)];
        SafetensorsWriter.Write(edited.File($"{name}/model.safetensors"), hasBias ? tensors : tensors[..1]);
        return x =>
        {
            var y = PlainBert.Linear(Array.ConvertAll(weights, w => (double)w), Array.ConvertAll(bias, b => (double)b),
                x);
            return activation.Split('.')[^1] switch
            {
                "Tanh" => [.. y.Select(Math.Tanh)],
                "GELU" => [.. y.Select(PlainBert.Gelu)],
                _ => y,
            };
        };
    }

    /// <summary>Every text in padded batches, each against what the function makes of its tokens' vectors.</summary>
    private void Compare(EncoderBundle bundle, Func<double[][], double[]> expected)
    {
        using var encoder = EncoderFactory.Create(
            bundle, new EncoderOptions { Device = Device.Cpu, Features = ["sentence"] });
        foreach (var (tokens, row) in Tokens.Value.Zip(encoder.Encode(Texts, batch: 5)))
            Assert.InRange(
                EncoderCalls.Distance(row, [.. expected(tokens).Select(value => (float)value)]), 0, 1e-5f);
    }

    private static double[] Pooled(double[][] tokens, string[] modes) =>
        [.. modes.SelectMany(mode => Enumerable.Range(0, Hidden).Select(i => mode switch
        {
            "cls_token" => tokens[0][i],
            "max_tokens" => tokens.Max(token => token[i]),
            "mean_tokens" => tokens.Average(token => token[i]),
            "mean_sqrt_len_tokens" => tokens.Sum(token => token[i]) / Math.Sqrt(tokens.Length),
            "weightedmean_tokens" => tokens.Select((token, at) => token[i] * (at + 1)).Sum()
                / (tokens.Length * (tokens.Length + 1) / 2.0),
            _ => tokens[^1][i],
        }))];

    private static double[] Normalised(double[] x)
    {
        var length = Math.Sqrt(x.Sum(value => value * value));
        return [.. x.Select(value => value / length)];
    }
}
