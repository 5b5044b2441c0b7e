using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Tests.Training;

public class ExclusiveGroupsTests
{
    private static readonly DataSet OneOfThree = Data(["a", "b", "c"], [1, 0, 0, 0, 1, 0, 0, 0, 1]);

    [Fact]
    public void Heads_of_labels_of_which_every_text_has_one_form_a_group()
    {
        var heads = ExclusiveGroups.Automatic.Assign(Heads("a", "b", "c"), OneOfThree, []);
        Assert.Equal(ExclusiveLabels.Name(["a", "b", "c"]), Assert.Single(heads.Select(head => head.Group).Distinct()));
        Assert.All(ExclusiveGroups.None.Assign(heads, OneOfThree, heads), head => Assert.Null(head.Group));
        Assert.All(ExclusiveGroups.Forced("topic").Assign(heads, OneOfThree, []), head =>
            Assert.Equal("topic", head.Group));
        Assert.All(ExclusiveGroups.Automatic.Assign(Heads("a"), OneOfThree, []), head => Assert.Null(head.Group));
        Assert.Contains("3 labels", Assert.Single(ExclusiveGroups.Lines(heads)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_stays_in_the_group_of_the_one_that_it_replaces_where_the_data_do_not_tell()
    {
        IReadOnlyList<Head> before = [.. Heads("a", "b", "c").Select(head => head with { Group = "topic" })];
        // One label alone, or some of a group: nothing is known about the others.
        Assert.Equal("topic", ExclusiveGroups.Automatic.Assign(Heads("b"), Data(["b"], [1, 0, 1]), before)[0].Group);
        Assert.Equal(["topic", "topic"],
            ExclusiveGroups.Automatic.Assign(Heads("a", "b"), Data(["a", "b"], [1, 0, 0, 1, 0, 0]), before)
            .Select(head => head.Group));
        // A group that is found again keeps its name.
        Assert.All(ExclusiveGroups.Automatic.Assign(Heads("a", "b", "c"), OneOfThree, before), head =>
            Assert.Equal("topic", head.Group));
        // Two labels of it in one text: it is no longer a group.
        Assert.Equal([null, null], ExclusiveGroups.Automatic.Assign(Heads("a", "b"), Data(["a", "b"], [1, 1, 0, 1]),
            before).Select(head => head.Group));
    }

    [Fact]
    public void A_text_with_two_labels_that_shall_be_exclusive_is_named()
    {
        var problem = Assert.Throws<UserError>(() =>
            ExclusiveGroups.Forced(null).Check(Data(["a", "b"], [1, 0, 1, 1])));
        Assert.Contains("both 'a' and 'b': \"text 1\"", problem.Message, StringComparison.Ordinal);
        ExclusiveGroups.Automatic.Check(Data(["a", "b"], [1, 0, 1, 1]));
    }

    private static Head[] Heads(params string[] labels) =>
        [.. labels.Select(label => new Head { Label = label, Version = 1, Encoder = "e", Feature = "mean",
            Weights = [0], Bias = 0 })];

    private static DataSet Data(string[] labels, sbyte[] values)
    {
        var rows = values.Length / labels.Length;
        return new DataSet([.. Enumerable.Range(0, rows).Select(row => $"text {row}")], [.. labels],
            new AnswerMatrix(rows, labels.Length, values));
    }
}
