namespace Worker.Core.Encoders;

/// <summary>
/// The token ids of a few texts, packed without padding: text i owns <c>Lengths[i]</c> ids that follow those of text i
/// − 1. The encoder decides how its device lays them out (padded, packed).
/// </summary>
public readonly ref struct MicroBatch
{
    /// <param name="ids">Token ids of all texts, one after the other; [tokens].</param>
    /// <param name="lengths">Tokens of each text, at least 1 each; [texts]; their sum is the length of ids.</param>
    public MicroBatch(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths)
    {
        Ids = ids;
        Lengths = lengths;
    }

    /// <summary>Token ids of all texts, one after the other; [tokens].</summary>
    public ReadOnlySpan<int> Ids { get; }

    /// <summary>Tokens of each text; [texts].</summary>
    public ReadOnlySpan<int> Lengths { get; }

    /// <summary>How many texts.</summary>
    public int Count => Lengths.Length;
}
