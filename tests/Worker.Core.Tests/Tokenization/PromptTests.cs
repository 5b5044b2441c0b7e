using System.Text;
using Worker.Core.Tokenization;

namespace Worker.Core.Tests.Tokenization;

/// <summary>A prompt's ids come before every text's, as if it stood in the text.</summary>
public class PromptTests
{
    private static readonly TokenizerDefinition Plain = Tokenizers.Read(Repository.MiniLm);

    [Theory]
    [InlineData("query: ", "where is my parcel")]
    [InlineData("Represent this sentence for searching relevant passages: ", "  Größe XL, bitte!")]
    [InlineData("query: ", "")]
    public void The_ids_are_those_of_the_prompt_and_the_text_together(string prompt, string text) =>
        Assert.Equal(
            new WordPieceTokenizer(Plain).Ids(prompt + text),
            new WordPieceTokenizer(Plain with { Prompt = prompt }).Ids(text));

    [Fact]
    public void A_long_text_is_cut_and_the_prompt_stays()
    {
        var tokenizer = new WordPieceTokenizer(Plain with { Prompt = "query: " });
        var ids = new int[6];
        Assert.Equal(6, tokenizer.Encode("one two three four"u8, ids, out var truncated));
        Assert.True(truncated);
        Assert.Equal(new WordPieceTokenizer(Plain).Ids("query: one two"), ids);
    }

    [Fact]
    public void Lower_cased_texts_keep_their_accents_where_the_tokenizer_did()
    {
        var cased = Plain with { Settings = Plain.Settings with { LowerCase = false, StripAccents = false } };
        var lowered = new WordPieceTokenizer(cased.LowerCased());
        Assert.Equal(new WordPieceTokenizer(cased).Ids("wo ist größe café"), lowered.Ids("Wo IST Größe CAFÉ"));
        Assert.DoesNotContain(cased.LowerCased().SpecialTokens, token => token.Content == "[MASK]");
    }

    [Fact]
    public void The_first_difference_between_two_tokenizers_is_named()
    {
        Assert.Null(Plain.DifferenceFrom(Tokenizers.Read(Repository.MiniLm)));
        Assert.Contains(
            "settings", Plain.DifferenceFrom(Plain with { Settings = new() { LowerCase = false } }),
            StringComparison.Ordinal);
        var other = Plain with { Vocabulary = Vocabulary.FromText(Encoding.UTF8.GetBytes("[PAD]\n[unused1]\n")) };
        Assert.Contains("token 1 of the first vocabulary is '[unused0]', which the second lacks",
            Plain.DifferenceFrom(other), StringComparison.Ordinal);
    }
}
