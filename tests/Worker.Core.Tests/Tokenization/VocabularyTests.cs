using Worker.Core.Tokenization;

namespace Worker.Core.Tests.Tokenization;

public class VocabularyTests
{
    [Fact]
    public void Lines_are_numbered_from_zero_whatever_ends_them()
    {
        foreach (var text in new[] { "[UNK]\na\n##b", "[UNK]\na\n##b\n", "[UNK]\r\na\r\n##b\r\n" })
        {
            var vocabulary = Vocabulary.FromText(Tokenizers.Utf8(text));
            Assert.Equal(3, vocabulary.Count);
            Assert.Equal(3, vocabulary.IdLimit);
            Assert.Equal(2, vocabulary.Find("##b"));
            Assert.Null(vocabulary.Find("b"));
        }
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a\n\nb", "line 2")]
    [InlineData("a\nb\na\n", "line 3 repeats 'a' of line 1")]
    public void A_broken_file_is_refused_with_the_line(string text, string reason)
    {
        var error = Assert.Throws<TokenizerRefusedException>(() => Vocabulary.FromText(Tokenizers.Utf8(text)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("vocab.txt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_not_utf8_is_refused()
    {
        var error = Assert.Throws<TokenizerRefusedException>(() => Vocabulary.FromText([(byte)'a', (byte)'\n', 0xFF]));
        Assert.Equal("line 2", error.Field);
    }

    [Theory]
    [InlineData("[UNK]\na\nb", false)]
    [InlineData("[UNK]\na\nBerlin", true)]
    [InlineData("[UNK]\n<S>\nb", false)]
    public void Upper_case_words_make_it_cased(string text, bool cased) =>
        Assert.Equal(cased, Vocabulary.FromText(Tokenizers.Utf8(text)).IsCased);
}
