namespace Worker.Core.Tokenization;

/// <summary>
/// How text is normalised and split before pieces are looked up; the defaults are those of BERT uncased.
/// </summary>
public sealed record TokenizerSettings
{
    /// <summary>Drop control and format characters and U+FFFD, and treat every kind of whitespace alike.</summary>
    public bool CleanText { get; init; } = true;

    /// <summary>Make every Han character a word of its own.</summary>
    public bool SplitChinese { get; init; } = true;

    public bool LowerCase { get; init; } = true;

    /// <summary>Drop accents; null: as <see cref="LowerCase"/> says.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>The mark of vocabulary entries that continue a word.</summary>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>Words with more characters become the unknown token; 1 to 1,000.</summary>
    public int MaxCharactersPerWord { get; init; } = 100;

    /// <summary>The highest <see cref="MaxCharactersPerWord"/>; a word of that length is kept on the stack.</summary>
    internal const int CharactersPerWordLimit = 1000;

    /// <summary>Whether accents are dropped.</summary>
    public bool StripsAccents => StripAccents ?? LowerCase;
}
