using System.Collections.Immutable;
using Worker.Core.Tokenization;
using Worker.Onnx.Bundles;
using Worker.Onnx.Checkpoints;

namespace Worker.Onnx.Importing;

/// <summary>A checkpoint that is being imported, with its tokenizer; everything about it is checked.</summary>
/// <param name="Name">Its folder's name.</param>
/// <param name="Checkpoint">Configuration and weights.</param>
/// <param name="Tokenizer">The folder's tokenizer.</param>
/// <param name="MaxTokens">The longest text that it accepts.</param>
/// <param name="Sentence">What a sentence-transformers folder asks for.</param>
internal sealed record ImportSource(
    string Name, Checkpoint Checkpoint, FolderTokenizer Tokenizer, int MaxTokens, SentenceFiles Sentence) : IDisposable
{
    /// <exception cref="EncoderException">Something is missing, malformed or unsupported.</exception>
    public static ImportSource Open(
        string folder, Func<FolderTokenizer> openTokenizer, string? prompt, Action<string>? remark)
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
            var sentence = SentenceFiles.Read(folder, checkpoint.Config.Hidden, tokenizer.LowersCase, prompt);
            foreach (var line in sentence.Remarks)
                remark?.Invoke(line);
            var maxTokens = TokenLimit.Read(folder, checkpoint.Config);
            CheckPrompt(folder, tokenizer, sentence, maxTokens);
            if (OwnHeads.Remark(checkpoint) is { } heads)
                remark?.Invoke(heads);
            return new ImportSource(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), checkpoint, tokenizer,
                maxTokens, sentence);
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

    /// <summary>
    /// A prompt's tokens are the same before every text only if its last word cannot go on in the text.
    /// </summary>
    private static void CheckPrompt(
        string folder, FolderTokenizer tokenizer, SentenceFiles sentence, int maxTokens)
    {
        if (sentence.Prompt.Length == 0 || tokenizer.Definition is not { } definition)
            return;
        var plain = new WordPieceTokenizer(definition with { Prompt = "" });
        var prompted = new WordPieceTokenizer(definition with { Prompt = sentence.Prompt });
        foreach (var text in (ReadOnlySpan<string>)["a", "7", "ä", "##s"])
            if (!Encoded(plain, sentence.Prompt + text).SequenceEqual(Encoded(prompted, text)))
                throw new EncoderException(
                    $"{folder}: the prompt '{sentence.Prompt}' ends within a word, which the text would go on: " +
                    "import without it (--prompt ''), and write it into the texts");

        if (Encoded(prompted, "a").Length > maxTokens)
            throw new EncoderException(
                $"{folder}: the prompt '{sentence.Prompt}' leaves no room for a text within {maxTokens} tokens: " +
                "import without it (--prompt '')");

        static int[] Encoded(WordPieceTokenizer tokenizer, string text)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(text);
            var ids = new int[4096];
            return ids[..tokenizer.Encode(bytes, ids, out _)];
        }
    }

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
