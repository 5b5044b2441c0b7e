using System.Collections.Immutable;
using System.Reflection;
using Google.Protobuf;
using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Onnx.Bundles;
using Worker.Onnx.Checkpoints;
using Worker.Onnx.Graph;
using Worker.Onnx.Safetensors;
using Worker.Onnx.Schema;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Importing;

/// <summary>Turns Hugging Face folders of BERT or DistilBERT encoders into a bundle.</summary>
public static class EncoderImporter
{
    /// <summary>Imports a folder. The bundle appears complete under its name at the very end, or not at all.</summary>
    /// <param name="folder">Holds config.json, model.safetensors, and vocab.txt or tokenizer.json.</param>
    /// <param name="destination">The bundle's folder: new, empty, or an earlier bundle, which is replaced.</param>
    /// <param name="openTokenizer">Opens the folder's tokenizer; called once the encoder is known to be
    /// supported.</param>
    /// <param name="remark">Called with what a user should know about the features; null for nobody.</param>
    /// <param name="prompt">The name of the prompt that a sentence-transformers folder puts before every text; null for
    /// its default, empty for none.</param>
    /// <param name="longTexts">How texts beyond the token limit are read; null to cut them.</param>
    /// <returns>The bundle.</returns>
    /// <exception cref="EncoderException">Something is missing, malformed or unsupported, or the destination is already
    /// used; the message names the file and the field or tensor.</exception>
    public static EncoderBundle Import(
        string folder, string destination, Func<FolderTokenizer> openTokenizer, Action<string>? remark = null,
        string? prompt = null, LongTexts? longTexts = null)
    {
        destination = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        RefuseToOverwrite(destination);
        using var source = ImportSource.Open(folder, openTokenizer, prompt, remark);
        return Write([source], EncoderTree.Of(source.Checkpoint, source.Sentence.Model), destination, longTexts);
    }

    /// <summary>
    /// Imports several classifiers that were fine-tuned from one checkpoint as one encoder: layers with the same
    /// weights are computed once. The first one's features have the plain names.
    /// </summary>
    /// <param name="folders">Two or more; their names become part of the features' names.</param>
    /// <param name="openTokenizer">Opens a folder's tokenizer.</param>
    /// <param name="remark">Called with a folder and what a user should know about it.</param>
    /// <param name="prompt">As for one folder.</param>
    /// <param name="longTexts">As for one folder.</param>
    /// <exception cref="EncoderException">As for one folder; or the checkpoints differ in size, vocabulary or
    /// embeddings. The message names the first difference.</exception>
    /// <inheritdoc cref="Import"/>
    public static EncoderBundle Merge(
        IReadOnlyList<string> folders, string destination, Func<string, FolderTokenizer> openTokenizer,
        Action<string, string>? remark = null, string? prompt = null, LongTexts? longTexts = null)
    {
        destination = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        RefuseToOverwrite(destination);
        var sources = new List<ImportSource>();
        try
        {
            foreach (var folder in folders)
                sources.Add(ImportSource.Open(
                    folder, () => openTokenizer(folder), prompt, line => remark?.Invoke(folder, line)));
            MergeCheck.Check(sources);
            foreach (var other in sources.Skip(1).Where(one => one.Sentence.Model is { IsMean: false }))
                remark?.Invoke(
                    other.Checkpoint.Folder,
                    "its embedding is not offered after all: of merged folders only the first one's is");
            return Write(
                sources,
                EncoderTree.Of(
                    [.. sources.Select(source => (source.Name, source.Checkpoint))], sources[0].Sentence.Model),
                destination, longTexts);
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private static EncoderBundle Write(
        IReadOnlyList<ImportSource> sources, EncoderTree tree, string destination, LongTexts? longTexts)
    {
        var (first, config) = (sources[0], tree.Config);
        var chunking = longTexts?.Of(first);
        var selfCheck = first.SelfCheck();
        using var staging = new StagingFolder(destination);
        WriteGraphs(tree, staging.Path, selfCheck);
        foreach (var name in BundleFiles.OfTokenizer)
            if (File.Exists(Path.Combine(first.Checkpoint.Folder, name)))
                File.Copy(Path.Combine(first.Checkpoint.Folder, name), Path.Combine(staging.Path, name));
        var metadata = new EncoderMetadata
        {
            Format = EncoderMetadata.CurrentFormat,
            ProductVersion = typeof(EncoderImporter).Assembly
                .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Hash = tree.IsMerged
                ? ContentHash.OfMerged(sources.Select(one => (one.Name, HashOf(one, chunking))))
                : HashOf(first, chunking),
            Architecture = Describe(config) + (tree.IsMerged ? $"; {sources.Count} checkpoints" : ""),
            Hidden = config.Hidden,
            Layers = config.Layers,
            VocabularySize = config.VocabularySize,
            MaxTokens = first.MaxTokens,
            Chunking = chunking,
            Features = tree.Features,
            Widths = Widths(tree),
            Prompt = first.Sentence.Prompt,
            LowersCase = first.Sentence.LowersCase,
            OwnLabels = [.. sources.SelectMany(source => source.Checkpoint.Config.OwnLabels)],
            Merged = tree.IsMerged ? [.. tree.Branches.Select(Merged)] : [],
            SelfCheck = selfCheck,
            Files = ImmutableSortedDictionary<string, string>.Empty,
        };
        var unverified = EncoderBundle.Unverified(staging.Path, metadata);
        var layout = new FeatureLayout(metadata.Features, metadata.Hidden, metadata.Layers, metadata.Widths);
        WriteSelfCheck(unverified, layout);
        metadata = metadata with
        {
            Int8 = QuantisationCheck.Run(unverified, layout),
            Files = Directory.EnumerateFiles(staging.Path).ToImmutableSortedDictionary(
                p => Path.GetFileName(p), BundleFiles.Hash, StringComparer.Ordinal),
        };
        metadata.Write(staging.Path);
        WriteHeads(sources, tree, metadata.Hash, staging.Path);
        staging.Publish();
        return EncoderBundle.Unverified(destination, metadata);
    }

    private static string HashOf(ImportSource source, Chunking? chunking) =>
        ContentHash.Of(source.Checkpoint, source.MaxTokens, source.Sentence, chunking);

    private static ImmutableSortedDictionary<string, int> Widths(EncoderTree tree) => tree.Sentence is { } sentence
        ? ImmutableSortedDictionary<string, int>.Empty.Add(
            FeatureNames.Sentence, sentence.Width(tree.Config.Hidden))
        : ImmutableSortedDictionary<string, int>.Empty;

    private static MergedCheckpoint Merged(TreeBranch branch) =>
        new(branch.Name, branch.Source.Config.OwnLabels, branch.Shared, branch.Added);

    private static void WriteHeads(
        IReadOnlyList<ImportSource> sources, EncoderTree tree, string encoder, string folder)
    {
        var heads = sources.Zip(tree.Branches).SelectMany(one => OwnHeads.Of(
            one.First.Checkpoint, one.First.Name, one.Second.Named(FeatureNames.Pooled), encoder)).ToArray();
        if (heads.Length == 0)
            return;
        using var file = File.Create(Path.Combine(folder, BundleFiles.Heads));
        foreach (var head in heads)
        {
            file.Write(HeadJson.Serialize(head));
            file.WriteByte((byte)'\n');
        }
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

    private static void WriteGraphs(EncoderTree tree, string folder, ImmutableArray<ImmutableArray<int>> selfCheck)
    {
        using var weights = new WeightFile(folder, BundleFiles.Weights);
        EncoderWeights.Write(tree, weights);
        // It must be on disk before a session maps it.
        weights.Dispose();
        var float32 = Write(Variant.Float32, weights);

        using var quantised = new WeightFile(folder, BundleFiles.QuantisedWeights);
        QuantisedWeights.Write(tree, ActivationRanges.Measure(float32, folder, tree, selfCheck), quantised);
        Write(Variant.Int8, weights, quantised);

        ModelProto Write(Variant variant, params WeightFile[] files)
        {
            var model = EncoderGraph.Build(tree, variant, files);
            using var file = File.Create(Path.Combine(folder, BundleFiles.Graph(variant)));
            model.WriteTo(file);
            return model;
        }
    }

    // The reference is this machine's f32 on the CPU, which tests compare with the original library's figures.
    private static void WriteSelfCheck(EncoderBundle bundle, FeatureLayout layout)
    {
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
