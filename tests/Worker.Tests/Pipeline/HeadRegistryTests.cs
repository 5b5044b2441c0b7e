using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Pipeline;

namespace Worker.Tests.Pipeline;

public class HeadRegistryTests
{
    private static readonly HeadSet Empty = HeadSet.Empty("e", new FeatureLayout(["mean"], 1));

    [Fact]
    public void Many_changes_are_one_swap_and_the_last_of_a_label_counts()
    {
        var registry = new HeadRegistry(Empty, NullLogger.Instance);
        Assert.False(registry.FirstHead.IsCompleted);
        registry.Apply([Change(Head("a", 1)), Change(Head("b", 1)), Change(Head("a", 2)), new("b", null), Change(Head("c", 1))]);
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

    private static HeadChange Change(Head head) => new(head.Label, HeadJson.Serialize(head));

    private static Head Head(string label, int version) =>
        new() { Label = label, Version = version, Encoder = "e", Feature = "mean", Weights = [1], Bias = 0 };
}
