using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using static Worker.Core.Tests.Decisions.Stage;

namespace Worker.Core.Tests.Decisions;

public class ReviewPolicyTests
{
    /// <summary>Everything needs review, and more so the closer it is to one half.</summary>
    private static readonly DecisionBands Open = Strict(
        Head("a", new Thresholds(0, 0.5, 1), Certificate(yes: false, no: false)));

    /// <summary>Only messages close to one half need review.</summary>
    private static readonly DecisionBands Closed = Bands(Head("a", Thresholds.Half));

    [Fact]
    public void The_budget_is_never_overspent_in_any_stretch_of_time()
    {
        var cases =
            from seed in Gen.Choose(0, 10_000)
            from budget in Gen.Choose(0, 5000)
            from burst in Gen.Choose(1, 100)
            select (seed, budget, burst);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            var policy = new ReviewPolicy(
                new ReviewOptions { Budget = c.budget, Burst = c.burst, Audit = 0, DuplicateMinutes = 0 });
            var (now, asked) = (Start, new List<double>());
            for (var i = 0; i < 1500; i++)
            {
                // Bursts, pauses of up to ten minutes, and a clock that is set back.
                if (random.Next(20) == 0)
                    now = now.AddSeconds(random.Next(-30, 600));
                if (policy.Judge(Message(Open, i, [random.NextSingle()]), now).State == ReviewState.Asked)
                    asked.Add((now - Start).TotalSeconds);
            }
            Assert.True(asked.Count == 0 || c.budget > 0);
            var latest = asked.Count == 0 ? 0 : asked.Max();
            Assert.True(
                asked.Count <= c.burst + c.budget / 3600.0 * latest + 1e-6, $"{asked.Count} asked in {latest} s");
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_question_that_nobody_can_be_asked_costs_nothing_and_is_shared_by_nobody()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 0.001, Burst = 1, Audit = 0 });
        int[] text = [101, 5, 6, 7, 8, 102];
        for (var i = 0; i < 5; i++)
        {
            // Each is riskier than all before it, so that only the budget decides.
            var verdict = policy.Judge(Message(Open, i, [0.3f + 0.03f * i], text), Start);
            Assert.Equal((ReviewState.Asked, true), (verdict.State, verdict.IsNew));
            Assert.Equal(ReviewState.Deferred, policy.Withdraw(new("messages", i % 4, i), verdict).State);
        }
        // The one question of the budget is still there; then it is spent.
        Assert.Equal(ReviewState.Asked, policy.Judge(Message(Open, 9, [0.5f], text), Start).State);
        Assert.Equal(ReviewState.Shared, policy.Judge(Message(Open, 10, [0.5f], text), Start).State);
        Assert.Equal(ReviewState.Deferred, policy.Judge(Message(Open, 11, [0.5f]), Start).State);
        // The same message again is asked again; taking that back gives nothing that it did not spend.
        var again = policy.Judge(Message(Open, 9, [0.5f], text), Start);
        Assert.Equal((ReviewState.Asked, false), (again.State, again.IsNew));
        policy.Withdraw(new("messages", 1, 9), again);
        Assert.Equal(ReviewState.Deferred, policy.Judge(Message(Open, 12, [0.5f]), Start).State);
    }

    [Fact]
    public void An_audit_that_cannot_be_sent_keeps_its_propensity_and_spends_nothing_of_the_budget()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 0, Audit = 1 });
        var verdict = policy.Judge(Message(Open, 0, [0.5f]), Start);
        var withdrawn = policy.Withdraw(new("messages", 0, 0), verdict);
        Assert.Equal((ReviewState.Deferred, 1.0), (withdrawn.State, withdrawn.Propensity));
    }

    [Fact]
    public void Over_hours_the_budget_is_used_up_and_the_riskiest_are_asked()
    {
        var random = new Random(3);
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 360, Burst = 20, Audit = 0 });
        var (asked, all) = (new List<double>(), new List<double>());
        // Four hours at two messages a second; the budget is enough for one in twenty.
        for (var i = 0; i < 4 * 3600 * 2; i++)
        {
            var verdict = policy.Judge(Message(Open, i, [random.NextSingle()]), Start.AddSeconds(i / 2.0));
            Assert.NotEqual(ReviewState.None, verdict.State);
            all.Add(verdict.Score.Risk);
            if (verdict.State == ReviewState.Asked)
                asked.Add(verdict.Score.Risk);
        }
        Assert.InRange(asked.Count, 4 * 360 * 0.95, 4 * 360 + 20);
        // The riskiest twentieth begins at 0.95; what the policy asks is chosen without knowing what will come.
        Assert.True(asked.Average() > 0.93, $"mean risk asked {asked.Average():F3}, of all {all.Average():F3}");
    }

    [Fact]
    public void A_budget_that_is_enough_asks_everything_that_wants_review_and_nothing_else()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 3600, Burst = 100, Audit = 0 });
        for (var i = 0; i < 500; i++)
        {
            var now = Start.AddSeconds(i * 2);
            Assert.Equal(ReviewState.Asked, policy.Judge(Message(Open, 2 * i, [0.01f]), now).State);
            Assert.Equal(ReviewState.None, policy.Judge(Message(Closed, 2 * i + 1, [0.1f]), now).State);
        }
    }

    [Fact]
    public void The_audit_arm_is_uniform_whatever_the_risk_and_names_its_propensity()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 0, Audit = 0.05 });
        var drawn = new int[2];
        for (var i = 0; i < 40_000; i++)
        {
            var verdict = policy.Judge(
                Message(i % 2 == 0 ? Open : Closed, i, [i % 2 == 0 ? 0.5f : 0f]), Start.AddSeconds(i));
            Assert.Equal(verdict.State == ReviewState.Asked, verdict.IsAudit);
            if (!verdict.IsAudit)
                continue;
            drawn[i % 2]++;
            Assert.Equal(0.05, verdict.Propensity);
            Assert.Equal(ReviewReasonKind.Audit, verdict.Score.Reasons[verdict.Score.Reasons.Count - 1].Kind);
        }
        // 1,000 each, give or take four standard deviations.
        Assert.All(drawn, count => Assert.InRange(count, 877, 1123));
    }

    [Fact]
    public void A_limit_of_audits_lowers_the_propensity_which_the_items_carry()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 0, Audit = 0.1, AuditPerHour = 360 });
        var weights = 0.0;
        var audits = 0;
        // Ten a second for two hours: 72,000 messages, of which a tenth would be 7,200.
        for (var i = 0; i < 72_000; i++)
        {
            var verdict = policy.Judge(Message(Closed, i, [0f]), Start.AddSeconds(i / 10.0));
            audits += verdict.IsAudit ? 1 : 0;
            weights += verdict.IsAudit ? 1 / verdict.Propensity : 0;
        }
        Assert.InRange(audits, 600, 850);
        // Inverse-propensity weights still count the stream.
        Assert.InRange(weights, 62_000, 82_000);
    }

    [Fact]
    public void Copies_of_a_text_share_one_question_for_an_hour()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 100_000, Burst = 1000, Audit = 0 });
        int[] text = [101, .. Enumerable.Range(5000, 20), 102];
        Assert.Equal(ReviewState.Asked, policy.Judge(Message(Open, 1, [0.5f], text), Start).State);
        for (var i = 2; i < 502; i++)
        {
            var verdict = policy.Judge(Message(Open, i, [0.5f], text), Start.AddMinutes(1));
            Assert.Equal((ReviewState.Shared, 1L), (verdict.State, verdict.Question.Offset));
        }
        Assert.Equal(ReviewState.Asked, policy.Judge(Message(Open, 600, [0.5f]), Start.AddMinutes(1)).State);
        Assert.Equal(ReviewState.Asked, policy.Judge(Message(Open, 601, [0.5f], text), Start.AddMinutes(61)).State);
    }

    [Fact]
    public void A_burst_of_one_template_does_not_crowd_out_the_rest()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 720, Burst = 20, Audit = 0 });
        var bands = Bands(Head("a", new Thresholds(0, 0.5, 1)), Head("b", new Thresholds(0, 0.5, 1)));
        var (template, other) = (0, 0);
        var random = new Random(8);
        for (var i = 0; i < 12_000; i++)
        {
            // Nine in ten are one template with one varying word, a little riskier than the tenth, which are all
            // different.
            var now = Start.AddSeconds(i / 10.0);
            if (i % 10 != 0)
                template += policy.Judge(
                    Message(bands, i, [0.48f, 0f], [101, .. Enumerable.Range(7000, 10), random.Next(1000, 9000),
                    .. Enumerable.Range(8000, 10), 102]), now).State == ReviewState.Asked ? 1 : 0;
            else
                other += policy.Judge(Message(bands, i, [0f, 0.42f]), now).State == ReviewState.Asked ? 1 : 0;
        }
        Assert.True(other > template, $"{template} of the template, {other} others");
    }

    [Fact]
    public void A_message_that_comes_again_is_asked_again_and_spends_nothing()
    {
        // One question, and never another.
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 1e-6, Burst = 1, Audit = 0 });
        Assert.Equal(ReviewState.Asked, policy.Judge(Message(Open, 1, [0.5f]), Start).State);
        Assert.Equal(ReviewState.Asked, policy.Judge(Message(Open, 1, [0.5f]), Start).State);
        Assert.Equal(ReviewState.Deferred, policy.Judge(Message(Open, 2, [0.5f]), Start).State);
    }

    [Fact]
    public void The_same_messages_at_the_same_times_get_the_same_verdicts_and_another_seed_other_audits()
    {
        string Run(int seed)
        {
            var random = new Random(4);
            var policy = new ReviewPolicy(new ReviewOptions { Seed = seed, Audit = 0.1 });
            return string.Concat(
                Enumerable.Range(0, 2000).Select(i =>
                    policy.Judge(Message(Open, i, [random.NextSingle()]), Start.AddSeconds(i)).IsAudit ? 'x' : '.'));
        }
        Assert.Equal(Run(0), Run(0));
        Assert.NotEqual(Run(0), Run(1));
    }

    [Fact]
    public void A_budget_of_nought_asks_nothing_and_drops_nothing()
    {
        var policy = new ReviewPolicy(new ReviewOptions { Budget = 0, Audit = 0 });
        for (var i = 0; i < 100; i++)
            Assert.Equal(ReviewState.Deferred, policy.Judge(Message(Open, i, [0.5f]), Start.AddHours(i)).State);
    }
}
