using Worker.Core.Heads;
using Worker.Heads;
using Worker.Learner;
using static Worker.Tests.Heads.MadeTopic;

namespace Worker.Tests.Learner;

/// <summary>What becomes of a canary, by what is known of it.</summary>
public class CanaryRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 10, 0, 0, TimeSpan.Zero);
    private static readonly Head Canary = Head("refund", 7, bias: 7) with { CanaryShare = 0.1 };

    private static readonly CanaryStand Running = new(
        Canary, Now.AddHours(-2), Over: 6, Head("refund", 6, bias: 6), Entry(Canary), WasThere: true, IsOnItsWay: false,
        MissingSince: null, default);

    [Fact]
    public void It_runs_for_its_time_and_decides_all_messages_then()
    {
        Is(CanaryStep.Run, "it runs", Running with { OnTopic = Entry(Canary, minutes: 59) });
        Is(CanaryStep.Promote, "nothing spoke against it in 60 minutes", Running with
        {
            OnTopic = Entry(Canary, minutes: 60),
        });
        Is(CanaryStep.Promote, "it was wrong in 2 and right in 5", Running with
        {
            OnTopic = Entry(Canary, minutes: 90),
            Errors = new PairedErrors(2, 5, IsShown: false),
        });
        // Somebody enlarged its share ten minutes ago: it has to show itself for as long again.
        Is(CanaryStep.Run, "it runs", Running with
        {
            OnTopic = Entry(Canary with { CanaryShare = 0.5 }, minutes: 10),
        });
        // The broker's clock is behind.
        Is(CanaryStep.Run, "it runs", Running with
        {
            OnTopic = Entry(Canary, minutes: 90),
            Made = Now.AddMinutes(-30),
        });
    }

    [Fact]
    public void When_it_will_decide_all_messages_is_known_once_it_is_on_the_topic()
    {
        var on = Running with { OnTopic = Entry(Canary, minutes: 10) };
        Assert.Equal(Now.AddMinutes(50), Promotion(on));
        Assert.Equal(Now.AddMinutes(55), Promotion(on with { Made = Now.AddMinutes(-5) }));
        Assert.Null(Promotion(on with { IsOnItsWay = true }));
        Assert.Null(Promotion(on with { OnTopic = null }));
        Assert.Null(Promotion(on with { OnTopic = Entry(null) }));

        static DateTimeOffset? Promotion(CanaryStand stand) => CanaryRule.Promotion(stand, TimeSpan.FromMinutes(60));
    }

    [Fact]
    public void The_audit_can_end_it_at_any_time() => Is(
        CanaryStep.Drop,
        "of the audited texts that it decides otherwise than v6 it was wrong in 12 and right in 1: shown to be worse",
        Running with { OnTopic = Entry(Canary, minutes: 1), Errors = new PairedErrors(12, 1, IsShown: true) });

    [Fact]
    public void What_a_person_did_stands()
    {
        Is(CanaryStep.Drop, "somebody ended it", Running with { OnTopic = Entry(null) });
        Is(CanaryStep.Drop, "the label has no head in use any more", Running with { InUse = null });
        Is(CanaryStep.Drop, "v8 was published in the meantime", Running with { InUse = Head("refund", 8, bias: 8) });
        // Back to an earlier head, which has a version of its own.
        Is(CanaryStep.Drop, "v8 was published in the meantime", Running with { InUse = Head("refund", 8, bias: 5) });
        Is(CanaryStep.Drop, "somebody published v9 as a canary in its place", Running with
        {
            OnTopic = Entry(Head("refund", 9, bias: 9) with { CanaryShare = 0.2 }),
        });
        Is(CanaryStep.Published, "somebody put it into use as v7", Running with
        {
            InUse = Canary with { CanaryShare = null },
            OnTopic = Entry(null),
        });
        Is(CanaryStep.Published, "somebody put it into use as v9", Running with
        {
            InUse = Canary with { Version = 9, Parent = 7, CanaryShare = null },
        });
    }

    [Fact]
    public void What_is_not_known_yet_is_waited_for()
    {
        Is(CanaryStep.Wait, "on its way", Running with { IsOnItsWay = true, InUse = null });
        // The end of an earlier canary, and this one not read yet.
        var before = Running with { OnTopic = Entry(null), WasThere = false, MissingSince = Now.AddMinutes(-1) };
        Is(CanaryStep.Wait, "not on the heads topic yet", before);
        Is(CanaryStep.Wait, "not on the heads topic yet", before with { OnTopic = null });
        Is(CanaryStep.Wait, "not on the heads topic yet", before with
        {
            OnTopic = Entry(Head("refund", 3) with { CanaryShare = 0.1 }),
        });
        // Ended before this learner read the topic, which has forgotten it.
        Is(CanaryStep.Drop, "not on the heads topic any more", before with
        {
            OnTopic = null,
            MissingSince = Now - CanaryRule.Missing,
        });
    }

    [Fact]
    public void Heads_of_a_group_go_on_or_end_together()
    {
        CanaryDecision run = new(CanaryStep.Run, "it runs"), promote = new(CanaryStep.Promote, "nothing spoke"),
            drop = new(CanaryStep.Drop, "shown to be worse"), published = new(CanaryStep.Published, "somebody");
        Assert.Equal([run, run], CanaryRule.Together([promote, run]));
        Assert.Equal([promote, promote], CanaryRule.Together([promote, promote]));
        Assert.Equal([published, promote], CanaryRule.Together([published, promote]));
        Assert.Equal(
            [
                new CanaryDecision(
                    CanaryStep.Drop, "another of its exclusive group was dropped: shown to be worse"), drop, published,
            ],
            CanaryRule.Together([run, drop, published]));
        Assert.Equal([run], CanaryRule.Together([run]));
    }

    private static HeadEntry Entry(Head? head, int minutes = 30) =>
        new("refund", head, null, 0, 0, Now.AddMinutes(-minutes));

    private static void Is(CanaryStep step, string reason, CanaryStand stand)
    {
        var decision = CanaryRule.Of(stand, TimeSpan.FromMinutes(60), Now);
        Assert.Equal(step, decision.Step);
        Assert.Contains(reason, decision.Reason, StringComparison.Ordinal);
    }
}
