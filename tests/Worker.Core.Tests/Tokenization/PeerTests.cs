using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.Tokenizers;

namespace Worker.Core.Tests.Tokenization;

/// <summary>
/// Words of letters and digits, and common punctuation: there Microsoft.ML.Tokenizers agrees with the reference.
/// Elsewhere it does not (it keeps accents, drops "$ &lt; = +" and joins "_"), so the golden files decide.
/// </summary>
public class PeerTests
{
    private const int MaximumLength = 512;
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(40);

    private static readonly Gen<string> Words = Gen.OneOf(
        Gen.Elements("unbelievable", "Refund", "tokenisation", "WHERE", "2026", "x", "antidisestablishmentarianism"),
        Gen.NonEmptyListOf(Gen.OneOf(Gen.Choose('a', 'z'), Gen.Choose('A', 'Z'), Gen.Choose('0', '9')))
            .Select(letters => string.Concat(letters.Select(letter => (char)letter))),
        Gen.Elements(",", ".", "?", "!", ";", ":", "-", "'"));

    private static readonly BertTokenizer Peer = BertTokenizer.Create(Path.Combine(Repository.MiniLm, "vocab.txt"));

    [Fact]
    public void Plain_words_get_the_ids_that_Microsoft_ML_Tokenizers_gives_them() =>
        Check.One(Config, Prop.ForAll(Words.ListOf().Select(words => string.Join(' ', words)).ToArbitrary(), text =>
            Tokenizers.MiniLm.Ids(text, MaximumLength).SequenceEqual(
                Peer.EncodeToIds(text, MaximumLength, out _, out _))));
}
