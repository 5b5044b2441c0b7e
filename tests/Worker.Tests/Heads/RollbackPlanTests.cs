using Worker.Core.Heads;
using Worker.Heads;
using Worker.Terminal;
using static Worker.Tests.Heads.MadeTopic;

namespace Worker.Tests.Heads;

/// <summary>Going back to an earlier head of a label.</summary>
public class RollbackPlanTests
{
    private static readonly Head[] Three = [Head("a", 1, bias: 1), Head("a", 2, bias: 2), Head("a", 3, bias: 3)];

    [Fact]
    public void The_earlier_content_comes_back_under_a_version_above_all_that_are_there()
    {
        var plan = RollbackPlan.Of(Log(Three), "a", null);
        Assert.Equal((4, 2, 2), (plan.Head.Version, plan.Head.Parent, (int)plan.Head.Bias));
        Assert.Equal(3, plan.From!.Version);
        Assert.Equal(1, RollbackPlan.Of(Log(Three), "a", 1).Head.Bias);
    }

    [Fact]
    public void A_second_rollback_goes_further_back_not_to_what_was_rolled_back()
    {
        var once = RollbackPlan.Of(Log(Three), "a", null).Head;
        var twice = RollbackPlan.Of(Log([.. Three, once]), "a", null).Head;
        Assert.Equal((5, 1), (twice.Version, (int)twice.Bias));
        var refused = Assert.Throws<UserError>(() => RollbackPlan.Of(Log([.. Three, once, twice]), "a", null));
        Assert.Contains("v5 of 'a' decides as v1 does, which is the earliest head on topic 'heads'", refused.Message,
            StringComparison.Ordinal);
        Assert.Contains("v3 (2026-11-21 08:02)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_compaction_took_is_said_with_those_that_are_there()
    {
        var refused = Assert.Throws<UserError>(() => RollbackPlan.Of(Log(Three[1], Three[2]), "a", 1));
        Assert.Contains("version 1 of 'a' is not on topic 'heads' any more", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            "v2 (2026-11-21 08:00), v3 (in use since 2026-11-21 08:01)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'worker heads publish FILE'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("any more", Assert.Throws<UserError>(() => RollbackPlan.Of(Log(Three), "a", 9)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_label_with_one_head_there_is_nothing_to_go_back_to_but_a_file()
    {
        var refused = Assert.Throws<UserError>(() => RollbackPlan.Of(Log(Three[1]), "a", null));
        Assert.Contains("v2 of 'a' is the earliest head on topic 'heads'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("what to do: publish a file", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_retired_label_comes_back_with_its_last_head()
    {
        var plan = RollbackPlan.Of(MadeTopic.Of("a", Record(Three[0]), Record(Three[1]), Gone("a")), "a", null);
        Assert.Equal((3, 2), (plan.Head.Version, (int)plan.Head.Bias));
        Assert.Null(plan.From);
        Assert.Contains(
            "publish a file", Assert.Throws<UserError>(() =>
                RollbackPlan.Of(MadeTopic.Of("a", Gone("a")), "a", null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_in_use_is_not_published_again_and_a_wrong_label_gets_the_nearest()
    {
        Assert.Contains(
            "nothing to roll back", Assert.Throws<UserError>(() =>
                RollbackPlan.Of(Log(Three), "a", 3)).Message, StringComparison.Ordinal);
        var topic = MadeTopic.Of("spma", Record(Head("spam")), Record(Head("refund")));
        Assert.Contains(
            "did you mean 'spam'?", Assert.Throws<UserError>(() =>
                RollbackPlan.Of(topic, "spma", null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_a_record_that_is_no_head_lies_the_last_head()
    {
        Assert.Equal(3, RollbackPlan.Of(MadeTopic.Of("a", [.. Three.Select(Record), ("a", [7])]), "a", null).Head.Bias);
    }

    private static TopicHeads Log(params Head[] heads) => MadeTopic.Of("a", [.. heads.Select(Record)]);
}
