using System.Collections.Immutable;
using Worker.Onnx.Bundles;
using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Importing;

/// <summary>A checkpoint that is being imported, with its tokenizer; everything about it is checked.</summary>
/// <param name="Name">Its folder's name.</param>
/// <param name="Checkpoint">Configuration and weights.</param>
/// <param name="Tokenizer">The folder's tokenizer.</param>
/// <param name="MaxTokens">The longest text that it accepts.</param>
internal sealed record ImportSource(
    string Name, Checkpoint Checkpoint, FolderTokenizer Tokenizer, int MaxTokens) : IDisposable
{
    /// <exception cref="EncoderException">Something is missing, malformed or unsupported.</exception>
    public static ImportSource Open(string folder, Func<FolderTokenizer> openTokenizer, Action<string>? remark)
    {
        var checkpoint = Checkpoint.Open(folder);
        try
        {
            if (!File.Exists(Path.Combine(folder, BundleFiles.Vocabulary))
                && !File.Exists(Path.Combine(folder, BundleFiles.Tokenizer)))
                throw new EncoderException(
                    $"{folder}: neither {BundleFiles.Vocabulary} nor {BundleFiles.Tokenizer} is there: without a " +
                    "vocabulary no text can be encoded");
            var tokenizer = openTokenizer();
            if (tokenizer.IdLimit > checkpoint.Config.VocabularySize)
                throw new EncoderException(
                    $"{folder}: the tokenizer has ids up to {tokenizer.IdLimit - 1}, config.json's vocab_size is " +
                    $"{checkpoint.Config.VocabularySize}: a text with such a token could not be encoded; the " +
                    "vocabulary belongs to another checkpoint, or has tokens that the model was never resized for");
            foreach (var line in SentenceFiles.Check(folder, tokenizer.LowersCase))
                remark?.Invoke(line);
            if (OwnHeads.Remark(checkpoint) is { } heads)
                remark?.Invoke(heads);
            return new ImportSource(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), checkpoint, tokenizer,
                TokenLimit.Read(folder, checkpoint.Config));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Ids of the self-check's texts.</summary>
    public ImmutableArray<ImmutableArray<int>> SelfCheck() => [.. SelfCheckTexts.All.Select(Ids)];

    public void Dispose() => Checkpoint.Dispose();

    private ImmutableArray<int> Ids(string text)
    {
        var ids = Tokenizer.Encode(text);
        if (ids.Length == 0)
            throw new EncoderException($"the tokenizer returned no token for the self-check text '{text}'");
        foreach (var id in ids)
            if (id < 0 || id >= Checkpoint.Config.VocabularySize)
                throw new EncoderException(
                    $"the tokenizer returned id {id}, config.json's vocab_size is " +
                    $"{Checkpoint.Config.VocabularySize}: the vocabulary belongs to another checkpoint");
        return [.. ids.AsSpan(0, Math.Min(ids.Length, MaxTokens))];
    }
}
