using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Importing;

/// <summary>Whether checkpoints can share an encoder; the error names the first difference.</summary>
internal static class MergeCheck
{
    /// <summary>Compares each checkpoint with the first.</summary>
    /// <exception cref="EncoderException">Two have the same name, a name cannot be part of a feature's, or two differ
    /// in size, vocabulary, token limit or embeddings.</exception>
    public static void Check(IReadOnlyList<ImportSource> sources)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            var folder = source.Checkpoint.Folder;
            // Features are named after the folders, and '+' joins names of features.
            if (source.Name.Contains('+', StringComparison.Ordinal) || source.Name != source.Name.Trim())
                throw new EncoderException(
                    $"{folder}: '{source.Name}' would be part of its features' names, and those cannot hold '+' or " +
                    "begin or end with a space: rename the folder");
            if (!names.TryAdd(source.Name, folder))
                throw new EncoderException(
                    $"{folder} and {names[source.Name]} are both called '{source.Name}', which would be the name of " +
                    "both heads: rename one folder");
        }
        foreach (var other in sources.Skip(1))
            if (Difference(sources[0], other) is { } difference)
                throw new EncoderException(
                    $"{sources[0].Checkpoint.Folder} and {other.Checkpoint.Folder} cannot be merged: {difference}");
    }

    private static string? Difference(ImportSource one, ImportSource other) =>
        Sizes(one.Checkpoint.Config, other.Checkpoint.Config)
        ?? Vocabulary(one, other)
        ?? (one.MaxTokens == other.MaxTokens ? null
            : $"texts may have {one.MaxTokens} tokens in the first and {other.MaxTokens} in the second: give both " +
                "the same model_max_length in tokenizer_config.json")
        ?? (one.Sentence.Prompt == other.Sentence.Prompt && one.Sentence.LowersCase == other.Sentence.LowersCase ? null
            : "their sentence-transformers files do not ask for the same prompt and case")
        ?? Embeddings(one.Checkpoint, other.Checkpoint);

    private static string? Sizes(EncoderConfig one, EncoderConfig other)
    {
        (string Name, object One, object Other)[] fields =
        [
            ("architecture", one.Architecture, other.Architecture),
            ("hidden size", one.Hidden, other.Hidden),
            ("number of layers", one.Layers, other.Layers),
            ("number of attention heads", one.AttentionHeads, other.AttentionHeads),
            ("intermediate size", one.Intermediate, other.Intermediate),
            ("activation", one.Activation, other.Activation),
            ("vocabulary's size", one.VocabularySize, other.VocabularySize),
            ("number of positions", one.MaxPositions, other.MaxPositions),
            ("number of token types", one.TypeVocabularySize, other.TypeVocabularySize),
            ("layer normalisation's epsilon", one.LayerNormEpsilon, other.LayerNormEpsilon),
        ];
        foreach (var (name, first, second) in fields)
            if (!first.Equals(second))
                return string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"the {name} is {first} in the first and {second} in the second");
        return null;
    }

    private static string? Vocabulary(ImportSource one, ImportSource other) =>
        one.Tokenizer.Definition is { } first && other.Tokenizer.Definition is { } second
            ? first.DifferenceFrom(second) : null;

    private static string? Embeddings(Checkpoint one, Checkpoint other)
    {
        foreach (var name in one.Names.Where(name => name.StartsWith("embeddings.", StringComparison.Ordinal)))
        {
            var (first, second) = (one.Read(name), other.Read(name));
            var same = first.AsSpan().CommonPrefixLength(second);
            if (same < first.Length)
                return $"they do not have the same base: {name} differs from its row {Row(one, name, same)} on. Only " +
                    "checkpoints whose embeddings were frozen while they were fine-tuned can share layers: import " +
                    "each on its own";
        }
        return null;
    }

    private static long Row(Checkpoint checkpoint, string name, int element) =>
        element / checkpoint.Shape(name).Skip(1).Aggregate(1L, (product, size) => product * size);
}
