using System.Collections.Immutable;
using System.Reflection;
using Google.Protobuf;
using Worker.Core.Features;
using Worker.Onnx.Bundles;
using Worker.Onnx.Checkpoints;
using Worker.Onnx.Graph;
using Worker.Onnx.Safetensors;
using Worker.Onnx.Schema;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Importing;

/// <summary>Turns a Hugging Face folder of a BERT or DistilBERT encoder into a bundle.</summary>
public static class EncoderImporter
{
    /// <summary>Imports a folder. The bundle appears complete under its name at the very end, or not at all.</summary>
    /// <param name="folder">Holds config.json, model.safetensors, and vocab.txt or tokenizer.json.</param>
    /// <param name="destination">The bundle's folder: new, empty, or an earlier bundle, which is replaced.</param>
    /// <param name="openTokenizer">Opens the folder's tokenizer; called once the encoder is known to be
    /// supported.</param>
    /// <param name="remark">Called with what a user should know about the features; null for nobody.</param>
    /// <returns>The bundle.</returns>
    /// <exception cref="EncoderException">Something is missing, malformed or unsupported, or the destination is already
    /// used; the message names the file and the field or tensor.</exception>
    public static EncoderBundle Import(
        string folder, string destination, Func<FolderTokenizer> openTokenizer, Action<string>? remark = null)
    {
        destination = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        RefuseToOverwrite(destination);
        using var checkpoint = Checkpoint.Open(folder);
        if (!File.Exists(Path.Combine(folder, BundleFiles.Vocabulary))
            && !File.Exists(Path.Combine(folder, BundleFiles.Tokenizer)))
            throw new EncoderException(
                $"{folder}: neither {BundleFiles.Vocabulary} nor {BundleFiles.Tokenizer} is there: without a " +
                "vocabulary no text can be encoded");
        var tokenizer = openTokenizer();
        if (tokenizer.IdLimit > checkpoint.Config.VocabularySize)
            throw new EncoderException(
                $"{folder}: the tokenizer has ids up to {tokenizer.IdLimit - 1}, config.json's vocab_size is " +
                $"{checkpoint.Config.VocabularySize}: a text with such a token could not be encoded; the vocabulary " +
                "belongs to another checkpoint, or has tokens that the model was never resized for");
        foreach (var line in SentenceFiles.Check(folder, tokenizer.LowersCase))
            remark?.Invoke(line);
        var maxTokens = TokenLimit.Read(folder, checkpoint.Config);
        var selfCheck = SelfCheckTexts.All.Select(text =>
            Ids(tokenizer.Encode(text), text, maxTokens, checkpoint.Config)).ToImmutableArray();

        using var staging = new StagingFolder(destination);
        WriteGraphs(checkpoint, staging.Path, selfCheck);
        foreach (var name in BundleFiles.OfTokenizer)
            if (File.Exists(Path.Combine(folder, name)))
                File.Copy(Path.Combine(folder, name), Path.Combine(staging.Path, name));
        var metadata = new EncoderMetadata
        {
            Format = EncoderMetadata.CurrentFormat,
            ProductVersion = typeof(EncoderImporter).Assembly
                .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Hash = ContentHash.Of(checkpoint, maxTokens),
            Architecture = Describe(checkpoint.Config),
            Hidden = checkpoint.Config.Hidden,
            Layers = checkpoint.Config.Layers,
            VocabularySize = checkpoint.Config.VocabularySize,
            MaxTokens = maxTokens,
            Features = FeatureNames.Of(checkpoint.Config.Layers),
            OwnLabels = checkpoint.Config.OwnLabels,
            SelfCheck = selfCheck,
            Files = ImmutableSortedDictionary<string, string>.Empty,
        };
        WriteSelfCheck(EncoderBundle.Unverified(staging.Path, metadata));
        metadata = metadata with
        {
            Files = Directory.EnumerateFiles(staging.Path).ToImmutableSortedDictionary(
                p => Path.GetFileName(p), BundleFiles.Hash, StringComparer.Ordinal),
        };
        metadata.Write(staging.Path);
        staging.Publish();
        return EncoderBundle.Unverified(destination, metadata);
    }

    private static void RefuseToOverwrite(string destination)
    {
        if (File.Exists(destination))
            throw new EncoderException($"{destination} is a file: choose a folder for the bundle");
        if (Directory.Exists(destination) && Directory.EnumerateFileSystemEntries(destination).Any()
            && !File.Exists(Path.Combine(destination, EncoderMetadata.FileName)))
            throw new EncoderException(
                $"{destination} holds other files and no encoder bundle: choose a new or empty folder");
    }

    private static ImmutableArray<int> Ids(int[] ids, string text, int maxTokens, EncoderConfig config)
    {
        if (ids.Length == 0)
            throw new EncoderException($"the tokenizer returned no token for the self-check text '{text}'");
        foreach (var id in ids)
            if (id < 0 || id >= config.VocabularySize)
                throw new EncoderException(
                    $"the tokenizer returned id {id}, config.json's vocab_size is {config.VocabularySize}: the " +
                    "vocabulary belongs to another checkpoint");
        return [.. ids.AsSpan(0, Math.Min(ids.Length, maxTokens))];
    }

    private static void WriteGraphs(Checkpoint checkpoint, string folder, ImmutableArray<ImmutableArray<int>> selfCheck)
    {
        var config = checkpoint.Config;
        using var weights = new WeightFile(folder, BundleFiles.Weights);
        EncoderWeights.Write(checkpoint, weights);
        // It must be on disk before a session maps it.
        weights.Dispose();
        var float32 = Write(Variant.Float32, weights);

        using var quantised = new WeightFile(folder, BundleFiles.QuantisedWeights);
        QuantisedWeights.Write(checkpoint, ActivationRanges.Measure(float32, folder, config, selfCheck), quantised);
        Write(Variant.Int8, weights, quantised);

        ModelProto Write(Variant variant, params WeightFile[] files)
        {
            var model = EncoderGraph.Build(config, variant, files);
            using var file = File.Create(Path.Combine(folder, BundleFiles.Graph(variant)));
            model.WriteTo(file);
            return model;
        }
    }

    // The reference is this machine's f32 on the CPU, which tests compare with the original library's figures.
    private static void WriteSelfCheck(EncoderBundle bundle)
    {
        var layout = new FeatureLayout(bundle.Features, bundle.Hidden);
        using var encoder = EncoderFactory.Open(bundle, layout,
            new SessionPlan(Device.Cpu, Variant.Float32, SessionSettings.Threads(0), OwnLogits: false), remark: "");
        var rows = DeviceCheck.Run(encoder, bundle.Metadata.SelfCheck);
        SafetensorsWriter.Write(bundle.SelfCheckPath,
            [.. layout.Features.Select(
                f => (f.Name, new long[]
                {
                    rows.Length, f.Width,
                }, rows.SelectMany(row => row[f.Offset..(f.Offset + f.Width)]).ToArray()))]);
    }

    private static string Describe(EncoderConfig config)
    {
        var activation = config.Activation == Activation.GeluNew
            ? "gelu_new"
            : config.Activation.ToString().ToLowerInvariant();
        return $"{config.Architecture.ToString().ToLowerInvariant()}, {config.Layers} layers of {config.Hidden}, " +
            $"{activation}";
    }
}
