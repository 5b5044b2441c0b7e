using Worker.Core.Tokenization;

namespace Worker.Core.Tests.Tokenization;

public class EncodeTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n")]
    [InlineData("\0\u200b\ufffd")]
    public void A_text_of_nothing_is_start_and_end(string text) =>
        Assert.Equal([101, 102], Tokenizers.MiniLm.Ids(text));

    [Fact]
    public void Room_for_less_than_start_and_end_is_an_error() =>
        Assert.Throws<ArgumentException>(() => Tokenizers.MiniLm.Encode("a"u8, new int[1], out _));

    [Fact]
    public void A_text_that_just_fits_is_not_truncated()
    {
        var ids = new int[5];
        Assert.Equal(5, Tokenizers.MiniLm.Encode("one two three  "u8, ids, out var truncated));
        Assert.False(truncated);
        Assert.Equal(5, Tokenizers.MiniLm.Encode("one two three four"u8, ids, out truncated));
        Assert.True(truncated);
        Assert.Equal([101, 2028, 2048, 2093, 102], ids);
    }

    /// <summary>
    /// Only the last piece shows whether a word is unknown, and the limit must not hide that. Here the word begins with
    /// known pieces and ends in a character that no piece has.
    /// </summary>
    [Fact]
    public void A_word_cut_by_the_limit_is_unknown_if_its_rest_is()
    {
        var word = "unbelievabless\U0001F9FF"u8;
        Assert.Equal([101, 100, 102], Tokenizers.MiniLm.Ids(word));
        Assert.Equal([101, 100, 102], Tokenizers.MiniLm.Ids(word, limit: 3));
    }

    [Fact]
    public void A_megabyte_is_read_no_further_than_the_limit_and_whole_where_there_is_room()
    {
        var text = Tokenizers.Utf8(string.Concat(Enumerable.Repeat("Where is my parcel? ", 52_429)));
        Assert.True(text.Length > 1 << 20);
        Assert.Equal(512, Tokenizers.MiniLm.Ids(text).Length);
        var ids = new int[400_000];
        Assert.Equal((52_429 * 5) + 2, Tokenizers.MiniLm.Encode(text, ids, out var truncated));
        Assert.False(truncated);
    }

    [Fact]
    public void A_megabyte_without_a_space_is_one_unknown_word() =>
        Assert.Equal([101, 100, 102], Tokenizers.MiniLm.Ids(Tokenizers.Utf8(new string('a', 1 << 20))));

    /// <summary>Marks must not be put in order repeatedly in a word that is too long anyway.</summary>
    [Fact]
    public void A_megabyte_of_marks_is_one_unknown_word()
    {
        var marks = string.Concat(Enumerable.Repeat("\u302e\ua953", 180_000));
        Assert.Equal([101, 100, 102], Tokenizers.MiniLm.Ids($"a{marks}"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void A_word_limit_out_of_range_is_an_error(int maximum)
    {
        var definition = Tokenizers.MiniLm.Definition;
        var settings = definition.Settings with { MaxCharactersPerWord = maximum };
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new WordPieceTokenizer(definition with { Settings = settings }));
    }

    [Fact]
    public void No_bytes_are_allocated()
    {
        var tokenizer = Tokenizers.MiniLm;
        var lines = Tokenizers.Expected(Repository.Golden("tokenizer", "bert-base-uncased.jsonl"));
        var texts = lines.Select(line => Tokenizers.Utf8(line.Text)).ToArray();
        var ids = new int[512];
        EncodeAll(tokenizer, texts, ids);
        var before = GC.GetAllocatedBytesForCurrentThread();
        EncodeAll(tokenizer, texts, ids);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Threads_may_share_one()
    {
        var texts = Tokenizers.Expected(Repository.Golden("tokenizer", "bert-base-uncased.jsonl")).Take(300).ToArray();
        Parallel.For(0, 8, _ =>
        {
            foreach (var (text, expected) in texts)
                Assert.True(expected.AsSpan().SequenceEqual(Tokenizers.MiniLm.Ids(text)));
        });
    }

    [Fact]
    public void Special_tokens_are_found_leftmost_and_longest()
    {
        var definition = Tokenizers.MiniLm.Definition;
        var tokenizer = new WordPieceTokenizer(definition with
        {
            SpecialTokens = [new("<a", 10), new("<ab>", 11), new("b>c", 12), new("\u00e9t", 13)],
        });
        Assert.Equal([101, 11, 1039, 102], tokenizer.Ids("<ab>c"));
        Assert.Equal([101, 10, 1060, 12, 102], tokenizer.Ids("<axb>c"));
        Assert.Equal([101, 13, 1041, 102], tokenizer.Ids("\u00e9te"));
    }

    private static void EncodeAll(WordPieceTokenizer tokenizer, byte[][] texts, int[] ids)
    {
        foreach (var text in texts)
            tokenizer.Encode(text, ids, out _);
    }
}
