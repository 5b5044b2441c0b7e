namespace Worker.Core.Tokenization;

/// <summary>A token that is found verbatim in the text, before anything else is done to it.</summary>
/// <param name="Content">Its form in texts, e.g. <c>[MASK]</c>; not empty.</param>
public sealed record SpecialToken(string Content, int Id);
