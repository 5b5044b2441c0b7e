using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Tokenization;

namespace Worker.Core.Tests.Tokenization;

public class EncodePropertyTests
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(300);

    /// <summary>Pieces of text with difficult characters, and bytes that are not text at all.</summary>
    private static readonly Gen<byte[]> Fragments = Gen.OneOf(
        Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), 3),
        Gen.ArrayOf(Gen.Choose(0, 127).Select(b => (byte)b), 5),
        Gen.Choose(1, 0x10FFFF).Where(c => c is < 0xD800 or > 0xDFFF)
            .Select(c => Tokenizers.Utf8(char.ConvertFromUtf32(c))),
        Gen.Elements("[MASK]", "[CLS]", "[", "unbelievable ", "caf\u00e9", "e\u0301", "\u4e2d\u6587", " ", "\u200b",
            "\u2019", "0123456789abcdefghij")
            .Select(Tokenizers.Utf8));

    private static readonly Arbitrary<byte[]> AnyBytes = Fragments.ListOf()
        .Select(parts => parts.SelectMany(p => p).ToArray()).ToArbitrary();

    private static readonly Arbitrary<byte[]> AnyAscii = Gen.OneOf(
            Gen.Choose(0, 127).Select(b => (byte)b),
            Gen.Choose('a', 'z').Select(b => (byte)b),
            Gen.Choose('A', 'Z').Select(b => (byte)b))
        .ArrayOf().ToArbitrary();

    private static readonly Arbitrary<int> AnyLimit = Gen.Choose(2, 80).ToArbitrary();

    [Fact]
    public void Any_bytes_get_ids_of_the_vocabulary_between_start_and_end_within_the_limit() =>
        Check.One(Config, Prop.ForAll(AnyBytes, AnyLimit, (text, limit) =>
        {
            var tokenizer = Tokenizers.MiniLm;
            var ids = new int[limit];
            var count = tokenizer.Encode(text, ids, out _);
            return count >= 2 && count <= limit
                && ids[0] == tokenizer.Definition.StartId && ids[count - 1] == tokenizer.Definition.EndId
                && ids.AsSpan(0, count).IndexOfAnyExceptInRange(0, tokenizer.Definition.IdLimit - 1) < 0;
        }));

    [Fact]
    public void A_larger_limit_only_adds_ids_and_truncated_says_whether_it_does() =>
        Check.One(Config, Prop.ForAll(AnyBytes, AnyLimit, (text, limit) =>
        {
            var all = Tokenizers.MiniLm.Ids(text, text.Length + 2);
            var ids = new int[limit];
            var count = Tokenizers.MiniLm.Encode(text, ids, out var truncated);
            return truncated == (all.Length > limit)
                && count == Math.Min(all.Length, limit)
                && ids.AsSpan(0, count - 1).SequenceEqual(all.AsSpan(0, count - 1));
        }));

    [Fact]
    public void Bytes_get_the_same_ids_as_what_dotnet_decodes_them_to() =>
        Check.One(Config, Prop.ForAll(AnyBytes, text =>
            Tokenizers.MiniLm.Ids(text).AsSpan().SequenceEqual(
                Tokenizers.MiniLm.Ids(System.Text.Encoding.UTF8.GetString(text)))));

    [Fact]
    public void The_fast_way_gives_the_same_ids_as_the_way_by_characters() =>
        Check.One(Config, Prop.ForAll(AnyBytes, text => SameBothWays(Tokenizers.MiniLm, text)));

    [Fact]
    public void The_fast_way_gives_the_same_ids_for_ascii_under_any_settings() =>
        Check.One(
            Config.WithMaxTest(500), Prop.ForAll(
                AnyAscii, text => Variants.Value.All(tokenizer => SameBothWays(tokenizer, text))));

    [Fact]
    public void Texts_apart_by_a_space_get_the_ids_of_both() =>
        Check.One(Config, Prop.ForAll(AnyBytes, AnyBytes, (left, right) =>
        {
            var first = Tokenizers.MiniLm.Ids(left, 4096);
            var second = Tokenizers.MiniLm.Ids(right, 4096);
            return Tokenizers.MiniLm.Ids([.. left, (byte)' ', .. right], 8192).AsSpan()
                .SequenceEqual([.. first[..^1], .. second[1..]]);
        }));

    private static readonly Lazy<WordPieceTokenizer[]> Variants = new(() =>
    {
        var definition = Tokenizers.MiniLm.Definition;
        return
        [
            new(definition with { Settings = definition.Settings with { LowerCase = false } }),
            new(definition with { Settings = definition.Settings with { CleanText = false } }),
            new(definition with { Settings = definition.Settings with { MaxCharactersPerWord = 4 } }),
            new(definition with { Settings = definition.Settings with { SplitChinese = false, StripAccents = false } }),
        ];
    });

    private static bool SameBothWays(WordPieceTokenizer tokenizer, byte[] text)
    {
        Span<int> fast = new int[64];
        Span<int> slow = new int[64];
        var fastCount = tokenizer.Encode(text, fast, byCharacter: false, out var fastTruncated);
        var slowCount = tokenizer.Encode(text, slow, byCharacter: true, out var slowTruncated);
        return fastTruncated == slowTruncated && fast[..fastCount].SequenceEqual(slow[..slowCount]);
    }
}
