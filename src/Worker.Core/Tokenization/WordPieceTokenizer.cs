using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Worker.Core.Tokenization.Unicode;

namespace Worker.Core.Tokenization;

/// <summary>
/// BERT's tokenizer: UTF-8 text to token ids, the same ids as the reference implementation (Hugging Face tokenizers:
/// BertNormalizer, BertPreTokenizer, WordPiece). Immutable and free of allocation once made: any number of threads
/// may share one.
/// </summary>
/// <remarks>
/// A word of ASCII letters and digits is found, lower-cased and looked up as one vector. All other words are read
/// character by character through a <see cref="NormalizationTable"/>. Both ways give the same ids.
/// </remarks>
public sealed class WordPieceTokenizer
{
    private readonly TokenizerDefinition definition;
    private readonly NormalizationTable characters;
    private readonly SpecialTokenSearch specials;
    private readonly PieceMatcher pieces;
    private readonly int maxCharacters;
    private readonly int[] prompt = [];

    // What an ASCII byte does to a word, and the id of those that are words of their own.
    private readonly ByteClass[] classes = new ByteClass[256];
    private readonly int[] isolatedIds = new int[128];

    // 0x20, the bit that separates upper and lower case in ASCII; 0 if case is kept.
    private readonly Vector128<byte> caseBit;

    /// <exception cref="MissingUnicodeDataException">The process runs with invariant globalization.</exception>
    public WordPieceTokenizer(TokenizerDefinition definition)
    {
        CanonicalMapping.RequireGlobalizationData();
        this.definition = definition;
        characters = new NormalizationTable(definition.Settings);
        specials = new SpecialTokenSearch(definition.SpecialTokens);
        pieces = new PieceMatcher(definition.Vocabulary, definition.Settings.ContinuationPrefix, definition.UnknownId);
        maxCharacters = definition.Settings.MaxCharactersPerWord;
        if (maxCharacters is < 1 or > TokenizerSettings.CharactersPerWordLimit)
            throw new ArgumentOutOfRangeException(
                nameof(definition),
                maxCharacters,
                $"{nameof(TokenizerSettings.MaxCharactersPerWord)} must be 1 to " +
                $"{TokenizerSettings.CharactersPerWordLimit}");
        caseBit = Vector128.Create(definition.Settings.LowerCase ? (byte)0x20 : (byte)0);
        ClassifyBytes();
        if (definition.Prompt.Length > 0)
            prompt = Prompt(Encoding.UTF8.GetBytes(definition.Prompt));
    }

    /// <summary>What a byte means to the scan; bytes that are not plain are read character by character.</summary>
    private enum ByteClass : byte
    {
        Other,
        Word,
        Space,
        Isolated,
    }

    /// <summary>What this tokenizer was made from.</summary>
    public TokenizerDefinition Definition => definition;

    /// <summary>
    /// Writes [CLS], the ids of the prompt (if any) and of the text, and [SEP]; ids that do not fit between the two are
    /// left out.
    /// </summary>
    /// <param name="utf8">The text; invalid bytes count as U+FFFD, as when .NET decodes them.</param>
    /// <param name="ids">Receives the ids; its length is the limit, at least 2.</param>
    /// <param name="truncated">Whether the text has more ids than fit. Reading stops there.</param>
    /// <returns>How many ids were written, at least 2.</returns>
    public int Encode(ReadOnlySpan<byte> utf8, Span<int> ids, out bool truncated) =>
        Encode(utf8, ids, byCharacter: false, out truncated);

    /// <summary>As above; <paramref name="byCharacter"/> takes the slow way for every word.</summary>
    internal int Encode(ReadOnlySpan<byte> utf8, Span<int> ids, bool byCharacter, out bool truncated)
    {
        if (ids.Length < 2)
            throw new ArgumentException(
                $"[CLS] and [SEP] alone need room for 2 ids, there is room for {ids.Length}", nameof(ids));
        var output = new TokenWriter(ids[1..^1]);
        foreach (var id in prompt)
            output.Add(id);
        for (var position = 0; position < utf8.Length && !output.Overflowed;)
        {
            var end = specials.Next(utf8, position, out var special, out var length);
            EncodeSegment(utf8, position, end, byCharacter, ref output);
            if (length > 0 && !output.Overflowed)
                output.Add(special);
            position = end + length;
        }
        ids[0] = definition.StartId;
        ids[output.Count + 1] = definition.EndId;
        truncated = output.Overflowed;
        return output.Count + 2;
    }

    /// <summary>The prompt's ids, as long as there are none before a text.</summary>
    private int[] Prompt(byte[] text)
    {
        var ids = new int[text.Length + 2];
        return ids[1..(Encode(text, ids, out _) - 1)];
    }

    /// <summary>Encodes a stretch without special tokens, up to <paramref name="end"/>.</summary>
    private void EncodeSegment(
        ReadOnlySpan<byte> text, int position, int end, bool byCharacter, scoped ref TokenWriter output)
    {
        while (position < end && !output.Overflowed)
        {
            var first = text[position];
            var kind = classes[first];
            if (kind == ByteClass.Space)
                position++;
            else if (kind == ByteClass.Isolated)
            {
                output.Add(isolatedIds[first]);
                position++;
            }
            else if (kind == ByteClass.Other || byCharacter || !TryEncodeAsciiWord(text, ref position, end, ref output))
                position = EncodeByCharacter(text, position, end, ref output);
        }
    }

    /// <summary>
    /// Encodes the word at <paramref name="position"/> if it is short, ASCII, and ends where ASCII shows it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryEncodeAsciiWord(ReadOnlySpan<byte> text, ref int position, int end, scoped ref TokenWriter output)
    {
        var bytes = Load(text, position);
        var fromA = (bytes | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
        var isLetter = Vector128.LessThanOrEqual(fromA, Vector128.Create((byte)25));
        var isDigit = Vector128.LessThanOrEqual(bytes - Vector128.Create((byte)'0'), Vector128.Create((byte)9));
        var length = int.TrailingZeroCount((int)~(isLetter | isDigit).ExtractMostSignificantBits());
        length = Math.Min(length, end - position);
        if (length >= PieceTable.VectorBytes || length > maxCharacters)
            return false;
        // A control character or anything above ASCII may belong to the word.
        if (position + length < end && classes[text[position + length]] is not (ByteClass.Space or ByteClass.Isolated))
            return false;
        pieces.AddShort(PieceTable.Prefix(bytes | (isLetter & caseBit), length), length, ref output);
        position += length;
        return true;
    }

    /// <summary>
    /// Encodes from <paramref name="position"/> to the next place where a word ends; returns that place.
    /// </summary>
    [SkipLocalsInit]
    private int EncodeByCharacter(scoped ReadOnlySpan<byte> text, int position, int end, scoped ref TokenWriter output)
    {
        var word = new WordBuffer(stackalloc byte[WordBuffer.Size(maxCharacters)], maxCharacters);
        var ended = false;
        while (position < end && !ended)
        {
            // Invalid bytes are read as U+FFFD, with as many bytes as .NET replaces by one.
            Rune.DecodeFromUtf8(text[position..end], out var rune, out var bytes);
            position += bytes;
            var mapped = characters[rune.Value];
            foreach (var part in mapped.Kind == CharacterKind.Sequence ? characters.Sequence(
                rune.Value, mapped) : new(in mapped))
            {
                if (part.Kind is not (CharacterKind.Space or CharacterKind.Isolated))
                {
                    word.Add(part);
                    continue;
                }
                EndWord(word.Characters, word.Bytes, ref output);
                word.Clear();
                ended = true;
                if (part.Kind == CharacterKind.Isolated)
                {
                    word.Add(part);
                    EndWord(word.Characters, word.Bytes, ref output);
                    word.Clear();
                }
            }
        }
        EndWord(word.Characters, word.Bytes, ref output);
        return position;
    }

    private void EndWord(int length, scoped ReadOnlySpan<byte> word, scoped ref TokenWriter output)
    {
        // Once an id did not fit, no further word may start, because an unknown token would undo that.
        if (length == 0 || output.Overflowed)
            return;
        if (length > maxCharacters)
            output.Add(definition.UnknownId);
        else
            pieces.Add(word, ref output);
    }

    /// <summary>16 bytes from this position; zeros after the text's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(ReadOnlySpan<byte> text, int position)
    {
        if (position + Vector128<byte>.Count <= text.Length)
            return Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)position);
        Vector128<byte> last = default;
        text[position..].CopyTo(MemoryMarshal.AsBytes(new Span<Vector128<byte>>(ref last)));
        return last;
    }

    private void ClassifyBytes()
    {
        Span<int> id = stackalloc int[1];
        Span<byte> text = stackalloc byte[1];
        for (var value = 0; value < 128; value++)
        {
            var mapped = characters[value];
            classes[value] = mapped.Kind switch
            {
                CharacterKind.Letter when char.IsAsciiLetterOrDigit((char)value) => ByteClass.Word,
                CharacterKind.Space => ByteClass.Space,
                CharacterKind.Isolated => ByteClass.Isolated,
                _ => ByteClass.Other,
            };
            var output = new TokenWriter(id);
            text[0] = (byte)value;
            EncodeByCharacter(text, 0, 1, ref output);
            isolatedIds[value] = output.Count == 1 ? id[0] : definition.UnknownId;
        }
    }
}
