using Worker.Core.Tokenization;

namespace Worker.Onnx.Importing;

/// <summary>The tokenizer of a Hugging Face folder, as much as an import must know of it.</summary>
/// <param name="Encode">Ids of a text, [CLS] and [SEP] included.</param>
/// <param name="IdLimit">One more than the highest id that a text can get.</param>
/// <param name="LowersCase">Whether texts are lower-cased.</param>
public sealed record FolderTokenizer(Func<string, int[]> Encode, int IdLimit, bool LowersCase)
{
    /// <summary>What it was made from, to compare it with those of other folders.</summary>
    public TokenizerDefinition? Definition { get; init; }
}
