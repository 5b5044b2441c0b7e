namespace Worker.Core.Tokenization;

/// <summary>A tokenizer's files are broken, or ask for something that this tokenizer does not do.</summary>
public sealed class TokenizerRefusedException : UserFacingException
{
    /// <param name="file">The file, e.g. <c>tokenizer.json</c>.</param>
    /// <param name="field">The field or line, e.g. <c>model.type</c>; empty for the file as a whole.</param>
    /// <param name="reason">What is wrong and what to do, as a predicate, e.g. "is empty: it needs one token per
    /// line".</param>
    public TokenizerRefusedException(string file, string field, string reason)
        : base(field.Length == 0 ? $"{file} {reason}" : $"{file}: {field} {reason}")
    {
        File = file;
        Field = field;
    }

    /// <summary>The file, e.g. <c>tokenizer.json</c>.</summary>
    public string File { get; }

    /// <summary>The field or line in it; empty for the file as a whole.</summary>
    public string Field { get; }
}
