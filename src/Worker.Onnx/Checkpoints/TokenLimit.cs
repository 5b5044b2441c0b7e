namespace Worker.Onnx.Checkpoints;

/// <summary>The longest text that a checkpoint accepts.</summary>
internal static class TokenLimit
{
    /// <summary>
    /// The minimum of what the position embedding holds, what the tokenizer cuts to (tokenizer_config.json's
    /// model_max_length, max_len in older exports) and what a sentence encoder was trained with
    /// (sentence_bert_config.json's max_seq_length).
    /// </summary>
    /// <returns>Tokens, [CLS] and [SEP] included.</returns>
    /// <exception cref="EncoderException">A limit is malformed, or leaves no room for a text.</exception>
    public static int Read(string folder, EncoderConfig config)
    {
        var limit = config.MaxPositions;
        (string, string)[] fields =
        [
            ("tokenizer_config.json", "model_max_length"), ("tokenizer_config.json", "max_len"),
            .. SentenceFiles.ConfigNames.Select(name => (name, "max_seq_length")),
        ];
        foreach (var (name, field) in fields)
        {
            if (ConfigFile.TryOpen(Path.Combine(folder, name)) is not { } file || file[field].Limit() is not { } own)
                continue;
            if (own < 3)
                throw file[field].Refuse($"is {own}, which leaves no room between [CLS] and [SEP]");
            limit = Math.Min(limit, own);
        }
        return limit;
    }
}
