using Worker.Learning.Examples;
using Worker.Learning.Reading;

namespace Worker.Learning.Tests.Reading;

/// <summary>Labels in the forms that people's files have.</summary>
public class AnswerTests
{
    [Theory]
    [InlineData("text,label\na,refund\nb,delivery\n")]
    [InlineData("id,text,labels\n1,a,refund\n2,b,delivery\n")]
    [InlineData("text,refund,delivery\na,1,0\nb,0,1\n")]
    [InlineData("text,refund,delivery\na,yes,no\nb,FALSE,true\n")]
    [InlineData("text,labels\na,\"[\"\"refund\"\"]\"\nb,['delivery']\n")]
    [InlineData(
        "text,labels\na,\"{\"\"refund\"\": 1, \"\"delivery\"\": 0}\"\nb,\"{\"\"refund\"\": 0, \"\"delivery\"\": " +
        "1}\"\n")]
    public void Every_form_says_the_same(string csv)
    {
        var data = Read(csv);
        Assert.Equal(["delivery", "refund"], data.Labels);
        Assert.Equal(
            [0, 1, 1, 0], new[]
            {
                data.Answers[0, 0], data.Answers[0, 1], data.Answers[1, 0], data.Answers[1, 1],
            }.Select(a => (int)a));
    }

    [Fact]
    public void A_column_of_names_is_named_and_may_hold_several()
    {
        var data = Read(
            "text,topic\na,\"refund, delivery\"\nb,delivery\nc,\n", new ReadingOptions { LabelColumn = "topic" });
        Assert.Equal(["delivery", "refund"], data.Labels);
        Assert.Equal([1, 1, 1, 0, 0, 0], Answers(data));
        Assert.Equal(
            ["delivery", "refund, delivery"], Read("text,topic\na,\"refund, delivery\"\nb,delivery\n",
            new ReadingOptions { LabelColumn = "topic", LabelSeparator = "" }).Labels);
        Assert.Equal(
            ["delivery", "refund"], Read("text,topic\na,refund|delivery\nb,delivery\n",
            new ReadingOptions { LabelColumn = "topic", LabelSeparator = "|" }).Labels);
    }

    [Fact]
    public void An_empty_cell_of_one_label_is_unknown()
    {
        var data = Read("text,label\na,refund\nb,\nc,other\n");
        Assert.Equal([0, 1, -1, -1, 1, 0], Answers(data));
    }

    [Fact]
    public void Answer_columns_are_named_and_empty_cells_are_unknown()
    {
        var data = Read("text,a,b,note\nx,1,,keep\ny,0,yes,this\n", new ReadingOptions { LabelColumns = ["a", "b"] });
        Assert.Equal(["a", "b"], data.Labels);
        Assert.Equal([1, -1, 0, 1], Answers(data));
    }

    [Fact]
    public void The_one_other_column_whose_values_repeat_is_taken_and_said()
    {
        var said = new List<string>();
        var data = Read("text,category\na,card\nb,card\nc,cash\nd,cash\n", remark: said.Add);
        Assert.Equal(["card", "cash"], data.Labels);
        Assert.Contains("labels from column 'category' (--label-column chooses another)", Assert.Single(said),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text,date\na,1 May\nb,2 May\nc,3 May\n", "--label-column date")]
    [InlineData("text,when,spam\na,1 May,1\nb,2 May,0\nc,3 May,1\n", "--label-columns spam")]
    [InlineData("text\na\nb\n", "has no column 'labels' or 'label' (its columns: text)")]
    [InlineData(
        "text,topic\na,x\nb,y\n", "has no column 'thema' (its columns: text, topic): choose --label-column among them",
        "thema")]
    [InlineData("text,spam\na,1\nb,maybe\n", "line 3: has 'maybe' in column 'spam'", null, "spam")]
    [InlineData("id,text\n1,one\n2,\"never closed\n3,three\n", "line 3: a quote opens here and is never closed")]
    public void What_is_missing_is_named_with_the_option(
        string csv, string expected, string? column = null, string? columns = null)
    {
        var options = new ReadingOptions { LabelColumn = column, LabelColumns = columns is null ? [] : [columns] };
        Assert.Contains(expected, Assert.Throws<ExampleFormatException>(() => Read(csv, options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_and_unknown_texts_are_columns_too()
    {
        var data = Read("text,label,source,known\na,x,web,1\nb,y,app,1\nc,,web,0\n");
        Assert.Equal(["a", "b"], data.Texts);
        Assert.Equal(["web", "app"], data.Sources!);
    }

    [Fact]
    public void A_plain_file_of_lines_has_no_labels()
    {
        Assert.Contains(
            "plain lines, without labels", Assert.Throws<ExampleFormatException>(() =>
                Read("one\ntwo\n")).Message, StringComparison.Ordinal);
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.txt"), "one\ntwo\n");
        Assert.Null(ExampleFile.ReadIfLabelled(folder.File("a.txt")));
    }

    [Fact]
    public void Labels_that_differ_in_spelling_alone_are_said_and_made_one_where_asked()
    {
        const string file = "text,label\na,Spam\nb,spam\nc,spam \nd,SPAM\ne,caf\u00e9\nf,cafe\u0301\n";
        var said = new List<string>();
        Assert.Equal(6, Read(file, remark: said.Add).Labels.Length);
        Assert.Contains("--normalise-labels", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(["caf\u00e9", "spam"], Read(file, new ReadingOptions { NormaliseLabels = true }).Labels);
    }

    [Fact]
    public void Answers_that_are_lost_when_labels_are_made_one_are_said()
    {
        const string file =
            "{\"text\":\"win a prize\",\"labels\":{\"Spam\":1,\"spam\":0}}\n" +
            "{\"text\":\"b\",\"labels\":{\"spam\":1}}\n{\"text\":\"c\",\"labels\":{\"Spam\":0,\"spam\":1}}\n";
        var said = new List<string>();
        var data = Read(file, new ReadingOptions { NormaliseLabels = true }, said.Add);
        Assert.Equal((1, 0), data.Answers.Count(0));
        Assert.Contains(
            said, line =>
                line.StartsWith("2 times one text", StringComparison.Ordinal)
                && line.Contains("'Spam' yes, 'spam' no of \"win a prize\"", StringComparison.Ordinal));
        said.Clear();
        Read("text,label\na,Spam\nb,spam\n", new ReadingOptions { NormaliseLabels = true }, said.Add);
        Assert.Contains(": joined", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_of_several_files_are_looked_at_together()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("a.csv"), "text,label\na,Spam\nb,Spam\n");
        File.WriteAllText(folder.File("b.csv"), "text,label\nc,spam\n");
        string[] both = [folder.File("a.csv"), folder.File("b.csv")];
        Assert.Equal(["Spam"], ExampleFile.Read(both, new ReadingOptions { NormaliseLabels = true }).Labels);
    }

    [Fact]
    public void More_than_500_labels_are_refused_and_500_are_not()
    {
        static string File(int labels) =>
            "text,label\n" + string.Concat(Enumerable.Range(0, labels).Select(i => $"text {i},label {i}\n"));
        Assert.Equal(500, Read(File(500)).Labels.Length);
        var error = Assert.Throws<ExampleFormatException>(() => Read(File(501)));
        Assert.Contains("names 501 labels, more than the maximum of 500", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_0_and_1_alone_are_said()
    {
        var said = new List<string>();
        Read("text,label\na,0\nb,1\n", remark: said.Add);
        Assert.Contains("--label-columns", Assert.Single(said), StringComparison.Ordinal);
    }

    private static int[] Answers(DataSet data) =>
        [.. Enumerable.Range(0, data.Texts.Count).SelectMany(row => data.Answers.Row(row).ToArray()).Select(answer =>
            (int)answer)];

    private static DataSet Read(string content, ReadingOptions? options = null, Action<string>? remark = null)
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("data"), content);
        return ExampleFile.Read(folder.File("data"), options, remark);
    }
}
