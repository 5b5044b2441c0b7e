using Worker.Learning.Examples;

namespace Worker.Learning.Tests.Examples;

public class ExclusiveLabelsTests
{
    private const sbyte U = AnswerMatrix.Unknown;

    [Fact]
    public void Labels_of_which_every_text_has_one_are_exclusive()
    {
        Assert.True(ExclusiveLabels.Hold(Data(3, [1, 0, 0, 0, 1, 0, 0, 0, 1])));
        Assert.False(ExclusiveLabels.Hold(Data(3, [1, 1, 0, 0, 1, 0, 0, 0, 1])));
        Assert.False(ExclusiveLabels.Hold(Data(3, [1, 0, 0, 0, 0, 0, 0, 0, 1])));
        Assert.False(ExclusiveLabels.Hold(Data(3, [1, U, U, 0, 1, 0, 0, 0, 1])));
        // Yes and no of one label are not.
        Assert.False(ExclusiveLabels.Hold(Data(1, [1, 1, 1])));
    }

    [Fact]
    public void A_few_texts_with_unknown_answers_do_not_hide_it()
    {
        var values = Enumerable.Range(0, 40).SelectMany(row => (sbyte[])(row % 2 == 0 ? [1, 0] : [0, 1])).ToArray();
        (values[0], values[1]) = (U, U);
        Assert.True(ExclusiveLabels.Hold(Data(2, values)));
    }

    [Fact]
    public void The_first_text_with_two_labels_is_named()
    {
        var data = Data(3, [1, 0, 0, 0, 1, 1, 1, 1, 0]);
        Assert.Equal((1, "label1", "label2"), ExclusiveLabels.Violation(data, data.Labels));
        Assert.Equal((2, "label1", "label0"), ExclusiveLabels.Violation(data, ["label1", "label0", "elsewhere"]));
        Assert.Null(ExclusiveLabels.Violation(data, ["label0", "label2"]));
    }

    [Fact]
    public void A_group_has_the_same_name_whatever_the_order_of_its_labels()
    {
        Assert.Equal(ExclusiveLabels.Name(["a", "b"]), ExclusiveLabels.Name(["b", "a"]));
        Assert.NotEqual(ExclusiveLabels.Name(["a", "b"]), ExclusiveLabels.Name(["ab"]));
        Assert.Matches("^one-of-[0-9a-f]{8}$", ExclusiveLabels.Name(["a", "b"]));
    }

    private static DataSet Data(int labels, sbyte[] values)
    {
        var rows = values.Length / labels;
        return new DataSet(new string[rows], [.. Enumerable.Range(0, labels).Select(i => $"label{i}")],
            new AnswerMatrix(rows, labels, values));
    }
}
