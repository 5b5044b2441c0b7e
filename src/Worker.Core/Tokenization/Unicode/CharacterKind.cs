namespace Worker.Core.Tokenization.Unicode;

/// <summary>What a character does to the word that is being read.</summary>
internal enum CharacterKind
{
    /// <summary>Belongs to the word, as the character it is mapped to.</summary>
    Letter,

    /// <summary>Vanishes; what stands on both sides joins.</summary>
    Removed,

    /// <summary>Ends the word.</summary>
    Space,

    /// <summary>Punctuation or a Han character: ends the word and is one itself.</summary>
    Isolated,

    /// <summary>Is mapped to several characters.</summary>
    Sequence,

    /// <summary>A letter that is put in canonical order among other marks (combining class above 0).</summary>
    Mark,

    /// <summary>A stripped accent of combining class 0: vanishes, but marks are not ordered across it.</summary>
    StrippedStarter,
}
