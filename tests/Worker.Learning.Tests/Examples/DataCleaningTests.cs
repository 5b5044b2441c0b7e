using Worker.Learning.Examples;

namespace Worker.Learning.Tests.Examples;

public class DataCleaningTests
{
    private const sbyte U = AnswerMatrix.Unknown;

    [Fact]
    public void Empty_texts_and_answers_that_are_tied_are_left_out_and_said_and_the_rest_stays()
    {
        var data = new DataSet(
            ["hello", " ", "hello", "other"], ["a", "b"], new AnswerMatrix(4, 2, [1, 0, 1, 1, 0, 0, 1, 1]));
        var clean = DataCleaning.Clean(data, out var remarks);
        Assert.Equal(["hello", "hello", "other"], clean.Texts);
        Assert.Equal([U, 0, U, 0, 1, 1], Enumerable.Range(0, 6).Select(cell => clean.Answers[cell / 2, cell % 2]));
        Assert.Contains("1 of 4 texts are empty", remarks[0], StringComparison.Ordinal);
        Assert.Contains("yes as often as no", remarks[1], StringComparison.Ordinal);
        Assert.Contains("label 'a', \"hello\": 1 yes, 1 no", remarks[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_contradicting_answers_to_a_text_the_majority_is_kept_with_one_remark()
    {
        string[] texts = [.. Enumerable.Repeat("where is my parcel", 24), "thank you", "thank you", "thank you",
            "my lamp is broken"];
        var values = Enumerable.Range(0, 28).Select(row => (sbyte)(row is > 0 and < 24 or 25 ? 1 : 0)).ToArray();
        values[26] = U;
        var clean = DataCleaning.Clean(new DataSet(texts, ["delivery"], new AnswerMatrix(28, 1, values)),
            out var remarks);
        Assert.Equal((24, 1), clean.Answers.Count(0));
        // A tie of one against one is left out; an unknown answer stays unknown.
        Assert.Equal([U, U, U], Enumerable.Range(24, 3).Select(row => clean.Answers[row, 0]));
        Assert.Contains("once the same text is answered both yes and no", remarks[0], StringComparison.Ordinal);
        Assert.Contains("\"where is my parcel\": 23 yes, 1 no", remarks[0], StringComparison.Ordinal);
        Assert.Contains("3 of 28 texts are distinct", remarks[2], StringComparison.Ordinal);
        Assert.Equal(3, remarks.Count);
    }

    [Fact]
    public void Files_labelled_for_some_labels_only_join_without_answering_for_each_other()
    {
        var one = DataSet.From(
            [new LabelledText("x", new Dictionary<string, bool> { ["spam"] = true }, Closed: true),
                new LabelledText("y", new Dictionary<string, bool>(), Closed: true)], "one");
        var two = DataSet.From(
            [new LabelledText("z", new Dictionary<string, bool> { ["angry"] = false }, Closed: false)], "two");
        var both = DataSet.Join([one, two]);
        Assert.Equal(["angry", "spam"], both.Labels);
        Assert.Equal(["x", "y", "z"], both.Texts);
        Assert.Equal([U, 1, U, 0, 0, U], Enumerable.Range(0, 6).Select(cell => both.Answers[cell / 2, cell % 2]));
    }

    [Fact]
    public void Altered_copies_are_of_texts_with_rare_labels_and_name_their_source()
    {
        var texts = Enumerable.Range(0, 400).Select(i => $"text number {i} of many").ToArray();
        var values = Enumerable.Range(0, 400).SelectMany(i =>
            new[] { (sbyte)(i < 250 ? 1 : 0), (sbyte)(i is 3 or 5 ? 1 : 0) }).ToArray();
        var (copies, sources) = TextAugmentation.Copy(
            new DataSet(texts, ["common", "rare"], new AnswerMatrix(400, 2, values)), seed: 1);
        Assert.Equal([3, 3, 3, 3, 5, 5, 5, 5], sources);
        Assert.Contains(copies, copy => !texts.Contains(copy, StringComparer.Ordinal));
        Assert.All(copies, copy => Assert.False(string.IsNullOrWhiteSpace(copy)));
        Assert.Equal("", TextAugmentation.Alter("", new Random(1)));
    }
}
