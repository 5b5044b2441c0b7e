using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Examples;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Examples;

public class TextGroupsTests
{
    [Theory]
    [InlineData("Order late. Ref 1234", "order late ref 99")]
    [InlineData("Don't  call me!!", "dont call\tme")]
    [InlineData("ÄRGER mit der Post", "Ärger, mit der (Post) 7")]
    [InlineData("返品したい。", "返品したい 3")]
    public void Texts_with_the_same_words_are_copies(string one, string other) =>
        Assert.Equal(1, TextGroups.Of([one, other]).Count);

    [Theory]
    [InlineData("what is my balance", "what is my limit")]
    [InlineData("i want to cancel my card", "i want to order my card")]
    [InlineData("late order", "order late")]
    [InlineData("great 😀", "great 😡")]
    [InlineData("?", "!")]
    [InlineData("12", "13")]
    [InlineData("返品したい", "返金したい")]
    public void Short_texts_of_one_template_are_not(string one, string other) =>
        Assert.Equal(2, TextGroups.Of([one, other]).Count);

    [Fact]
    public void Empty_texts_are_alone()
    {
        string[] texts = ["", " ", "", "a", "a", null!, null!];
        var groups = TextGroups.Of(texts);
        Assert.Equal([0, 1, 2, 3, 3, 4, 5], Enumerable.Range(0, 7).Select(text => groups[text]));
        Assert.Equal([1, 1, 1, 2, 1, 1], groups.Sizes());
    }

    [Fact]
    public void Every_copy_and_near_copy_is_found_and_other_texts_are_left_apart()
    {
        var cases = from seed in Gen.Choose(0, 100_000)
                    from texts in Gen.Choose(1, 60)
                    from words in Gen.Choose(12,
            40)
                    select (seed, texts, words);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            var originals = MadeUp.Texts(c.texts, random, c.words);
            // Copies in another case and with a number, and with one word more or less, in any order.
            (string Text, int Of)[] all = [.. originals.SelectMany((text, i) =>
                new[] { text, MadeUp.Changed(text, random), $"{text} again",
                text[(text.IndexOf(' ') + 1)..] }.Select(copy => (copy, i)))];
            random.Shuffle(all);
            var groups = TextGroups.Of([.. all.Select(t => t.Text)]);
            Assert.Equal(c.texts, groups.Count);
            Assert.All(all.Select((t, i) => (t.Of, Group: groups[i])).GroupBy(t => t.Of), copies =>
                Assert.Single(copies.Select(t => t.Group).Distinct()));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_differs_in_more_than_a_fifth_is_another_text_even_in_a_crowd()
    {
        // 2,000 texts of one long template, of which each has ten words of its own among forty: Jaccard at most .6.
        var random = new Random(1);
        var template = MadeUp.Texts(1, random, 30)[0];
        var texts = Enumerable.Range(0, 2000).Select(_ => $"{template} {MadeUp.Texts(1, random, 20)[0]}").ToArray();
        Assert.Equal(2000, TextGroups.Of(texts).Count);
    }

    [Fact]
    public void A_part_keeps_the_groups_of_its_texts()
    {
        var groups = TextGroups.Of(["a b", "c", "A b.", "d", "c!"]);
        var part = groups.Part([4, 3, 1]);
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(text => part[text]));
        Assert.Equal((2, 3), (part.Count, part.Texts));
    }

    [Fact]
    public void Of_the_answers_to_copies_one_a_label_counts()
    {
        const sbyte u = AnswerMatrix.Unknown;
        var once = new AnswerMatrix(4, 2, [1, u, 0, 1, 1, 0, u, 0]).OncePerGroup(TextGroups.Of(["x", "y", "X", "x."]));
        Assert.Equal([1, u, 0, 1, u, 0, u, u], Enumerable.Range(0, 8).Select(cell => once[cell / 2, cell % 2]));
    }
}
