using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Heads;

namespace Worker.Tests.Heads;

public class HeadRegistryTests
{
    private static readonly HeadSet Empty = HeadSet.Empty("e", new FeatureLayout(["mean"], 1));

    [Fact]
    public void Many_changes_are_one_swap_and_the_last_of_a_label_counts()
    {
        var registry = new HeadRegistry(Empty, NullLogger.Instance);
        Assert.False(registry.FirstHead.IsCompleted);
        registry.Apply(
            [Change(Head("a", 1)), Change(Head("b", 1)), Change(Head("a", 2)), new("b", null), Change(Head("c", 1))]);
        Assert.Equal(["a", "c"], registry.Current.Heads.Select(h => h.Label));
        Assert.Equal(2, registry.Current.Find("a")!.Version);
        Assert.True(registry.FirstHead.IsCompleted);
    }

    [Fact]
    public void A_head_for_another_encoder_or_a_damaged_one_is_refused_and_the_old_one_stays()
    {
        var registry = new HeadRegistry(Empty, NullLogger.Instance);
        registry.Apply([Change(Head("a", 1))]);
        var before = registry.Current;
        registry.Apply([Change(Head("a", 2) with { Encoder = "other" })]);
        registry.Apply([Change(Head("a", 2) with { Weights = [1, 2] })]);
        registry.Apply([Change(Head("a", 2) with { Feature = "cls" })]);
        registry.Apply([new("a", Encoding.UTF8.GetBytes("{\"label\":"))]);
        registry.Apply([new("b", HeadJson.Serialize(Head("a", 3)))]);
        Assert.Same(before, registry.Current);
    }

    [Fact]
    public void A_bad_record_among_good_ones_costs_only_itself()
    {
        var registry = new HeadRegistry(Empty, NullLogger.Instance);
        registry.Apply([Change(Head("a", 1)), new("b", [1, 2, 3]), Change(Head("c", 1))]);
        Assert.Equal(["a", "c"], registry.Current.Heads.Select(h => h.Label));
    }

    [Fact]
    public void However_many_changes_come_together_the_log_gets_one_line_of_a_kind()
    {
        using var log = new ListLogger();
        var registry = new HeadRegistry(Empty, log.CreateLogger("heads"));
        registry.Apply([.. Enumerable.Range(0, 500).Select(i => Change(Head($"{i:000}", 1)))]);
        Assert.EndsWith("Heads: 500 in use; taken up: 000 v1, 001 v1, 002 v1, 003 v1, 004 v1, … (500); retired: none",
            Assert.Single(log.Lines), StringComparison.Ordinal);
        registry.Apply(
            [.. Enumerable.Range(0, 500).Select(i => Change(Head($"{i:000}", 2) with { Encoder = "other" }))]);
        Assert.Equal(2, log.Lines.Count);
        Assert.Contains("500 refused", log.Lines.Last(), StringComparison.Ordinal);
        Assert.Contains("label '000' (v1 stays in use): head '000' v2 was trained for encoder other", log.Lines.Last(),
            StringComparison.Ordinal);
        registry.Apply([.. Enumerable.Range(0, 499).Select(i => new HeadChange($"{i:000}", null))]);
        Assert.Equal(3, log.Lines.Count);
        Assert.Equal("499", Assert.Single(registry.Current.Heads).Label);
    }

    [Fact]
    public void Changes_that_come_together_end_as_they_would_one_after_the_other()
    {
        HeadChange[] changes =
        [
            Change(Head("a", 1)), Change(Head("a", 2) with { Encoder = "other" }), Change(Head("b", 1)), new(
                "b", [1, 2, 3]),
            new("b", null), Change(Head("c", 1)), new("c", null), Change(Head("c", 3)), new("d", [1]),
        ];
        var (together, apart) = (
            new HeadRegistry(Empty, NullLogger.Instance), new HeadRegistry(Empty, NullLogger.Instance));
        together.Apply(changes);
        foreach (var change in changes)
            apart.Apply([change]);
        Assert.Equal(["a v1", "c v3"], apart.Current.Heads.Select(head => $"{head.Label} v{head.Version}"));
        Assert.Equal(["a v1", "c v3"], together.Current.Heads.Select(head => $"{head.Label} v{head.Version}"));
    }

    private static HeadChange Change(Head head) => new(head.Label, HeadJson.Serialize(head));

    private static Head Head(string label, int version) =>
        new() { Label = label, Version = version, Encoder = "e", Feature = "mean", Weights = [1], Bias = 0 };
}
