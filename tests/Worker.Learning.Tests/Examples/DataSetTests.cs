using Worker.Learning.Examples;

namespace Worker.Learning.Tests.Examples;

public class DataSetTests
{
    private static readonly LabelledText Open = new(
        "a", new Dictionary<string, bool>(StringComparer.Ordinal) { ["spam"] = true, ["Zorn"] = false }, Closed: false);
    private static readonly LabelledText Closed = new(
        "b", new Dictionary<string, bool>(StringComparer.Ordinal) { ["älter"] = true }, Closed: true);

    [Fact]
    public void Labels_are_in_ordinal_order_and_unnamed_ones_unknown_or_no()
    {
        var data = DataSet.From([Open, Closed], "here");
        Assert.Equal(["Zorn", "spam", "älter"], data.Labels);
        Assert.Equal(["a", "b"], data.Texts);
        Assert.Equal([AnswerMatrix.No, AnswerMatrix.Yes, AnswerMatrix.Unknown], data.Answers.Row(0).ToArray());
        Assert.Equal([AnswerMatrix.No, AnswerMatrix.No, AnswerMatrix.Yes], data.Answers.Row(1).ToArray());
        Assert.Equal((1, 1), data.Answers.Count(1));
        Assert.Equal((1, 0), data.Answers.Count(2));
    }

    [Fact]
    public void Other_columns_can_be_asked_for()
    {
        var data = DataSet.From([Open, Closed], "here").WithLabels(["spam", "new", "Zorn"]);
        Assert.Equal(["spam", "new", "Zorn"], data.Labels);
        Assert.Equal([AnswerMatrix.Yes, AnswerMatrix.Unknown, AnswerMatrix.No], data.Answers.Row(0).ToArray());
        Assert.Equal([AnswerMatrix.No, AnswerMatrix.Unknown, AnswerMatrix.No], data.Answers.Row(1).ToArray());
    }

    [Fact]
    public void Texts_that_name_no_label_at_all_are_refused()
    {
        var silent = new LabelledText("a", new Dictionary<string, bool>(StringComparer.Ordinal), Closed: true);
        Assert.Contains(
            "2 texts and names no label", Assert.Throws<ExampleFormatException>(() =>
                DataSet.From([silent, silent], "here")).Message, StringComparison.Ordinal);
        Assert.Throws<ExampleFormatException>(() => DataSet.From([], "here"));
    }

    [Fact]
    public void Answers_must_fit_texts_and_labels()
    {
        Assert.Throws<ArgumentException>(() => new DataSet(["a"], ["x"], new AnswerMatrix(2, 1, [0, 1])));
        Assert.Throws<ArgumentException>(() => new DataSet(["a"], ["x", "x"], new AnswerMatrix(1, 2, [0, 1])));
        Assert.Throws<ArgumentException>(() => new AnswerMatrix(2, 2, [0, 1, 0]));
        Assert.Contains(
            "row 1 for label 0 is 2", Assert.Throws<ArgumentException>(() =>
                new AnswerMatrix(2, 1, [0, 2])).Message, StringComparison.Ordinal);
    }
}
