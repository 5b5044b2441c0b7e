using Worker.Core.Tokenization;

namespace Worker.Onnx.Bundles;

/// <summary>Reads a tokenizer from a folder: a Hugging Face model's, or an encoder bundle's.</summary>
public static class TokenizerFolder
{
    /// <summary>A bundle's tokenizer, with what its import added to the files.</summary>
    /// <exception cref="TokenizerRefusedException">The tokenizer is damaged or of an unsupported kind.</exception>
    public static WordPieceTokenizer Open(EncoderBundle bundle)
    {
        var definition = Read(bundle.Folder);
        return new WordPieceTokenizer(
            (bundle.LowersCase ? definition.LowerCased() : definition) with { Prompt = bundle.Prompt });
    }

    /// <exception cref="EncoderException">The folder has neither tokenizer.json nor vocab.txt.</exception>
    /// <exception cref="TokenizerRefusedException">The tokenizer is damaged or of an unsupported kind.</exception>
    public static WordPieceTokenizer Open(string folder) => new(Read(folder));

    private static TokenizerDefinition Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new EncoderException(
                $"{Path.GetFullPath(folder)} is not there: name the folder of a Hugging Face BERT model or of an " +
                "encoder bundle");
        var files = new TokenizerFiles
        {
            TokenizerJson = Read(folder, TokenizerFiles.TokenizerJsonName),
            TokenizerConfig = Read(folder, TokenizerFiles.TokenizerConfigName),
            VocabText = Read(folder, TokenizerFiles.VocabTextName),
            AddedTokens = Read(folder, TokenizerFiles.AddedTokensName),
            SpecialTokensMap = Read(folder, TokenizerFiles.SpecialTokensMapName),
        };
        // RoBERTa, GPT-2 and XLM have vocabularies of other kinds.
        foreach (var other in (ReadOnlySpan<string>)["merges.txt", "sentencepiece.bpe.model", "spiece.model",
            "vocab.json"])
            if (files.TokenizerJson is null && files.VocabText is null && File.Exists(Path.Combine(folder, other)))
                throw new EncoderException(
                    $"{folder} has the tokenizer of another kind of model ({other}, as for RoBERTa or XLM): only " +
                    "BERT's WordPiece (vocab.txt or tokenizer.json) can be read");
        if (files.TokenizerJson is null && files.VocabText is null)
            throw new EncoderException(
                $"{folder} has neither tokenizer.json nor vocab.txt: name the folder of a Hugging Face BERT model or " +
                "of an encoder bundle");
        return TokenizerDefinition.Read(files);
    }

    private static byte[]? Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }
}
