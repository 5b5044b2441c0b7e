namespace Worker.Onnx.Checkpoints;

/// <summary>The longest text that a checkpoint accepts.</summary>
internal static class TokenLimit
{
    /// <summary>
    /// What a sentence encoder was trained with (sentence_bert_config.json's max_seq_length), or else what the
    /// tokenizer cuts to (tokenizer_config.json's model_max_length, max_len in older exports); at most what the
    /// position embedding holds.
    /// </summary>
    /// <returns>Tokens, [CLS] and [SEP] included.</returns>
    /// <exception cref="EncoderException">A limit is malformed, or leaves no room for a text.</exception>
    public static int Read(string folder, EncoderConfig config)
    {
        (string, string)[] tokenizer =
            [("tokenizer_config.json", "model_max_length"), ("tokenizer_config.json", "max_len")];
        var limits = Limits(folder, SentenceFiles.ConfigNames.Select(name => (name, "max_seq_length"))).ToArray();
        if (limits.Length == 0)
            limits = [.. Limits(folder, tokenizer)];
        return limits.Append(config.MaxPositions).Min();
    }

    private static IEnumerable<int> Limits(string folder, IEnumerable<(string File, string Field)> fields)
    {
        foreach (var (name, field) in fields)
        {
            if (ConfigFile.TryOpen(Path.Combine(folder, name)) is not { } file || file[field].Limit() is not { } own)
                continue;
            if (own < 3)
                throw file[field].Refuse($"is {own}, which leaves no room between [CLS] and [SEP]");
            yield return own;
        }
    }
}
