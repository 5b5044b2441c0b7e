using Worker.Core.Heads;
using Worker.Learner;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Store.Examples;

namespace Worker.Tests.Learner;

/// <summary>Neither head may be compared on a text that it was fitted on.</summary>
public class ComparisonTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 10, 0, 0, TimeSpan.Zero);
    private static readonly string[] Texts =
        ["where is my refund please", "lovely weather at the lake", "Where is my refund, please?", "send it again now"];

    private static readonly HeldOutEvidence Held =
        new([0, 1, 3], [0.9f, 0.1f, 0.8f], [true, false, true], [true, false, true]);

    [Fact]
    public void A_champion_says_what_its_fits_without_the_text_said()
    {
        var evidence = new HeadEvidence(5, [10, 11, 13], [0.7f, 0.3f, 0.6f], [true, false, true]);
        var compared = Comparison().Rows("refund", Champion(), evidence, Held);
        Assert.Equal([0, 1, 3], compared.Texts);
        Assert.Equal([0.7, 0.3, 0.6], compared.Rows.Champion!.Probabilities.Select(p => Math.Round(p, 6)));
        Assert.Equal([0.9, 0.1, 0.8], compared.Rows.Challenger.Probabilities.Select(p => Math.Round(p, 6)));
    }

    [Fact]
    public void Of_copies_another_one_may_have_been_judged()
    {
        // Text 12 is a copy of text 10.
        var evidence = new HeadEvidence(5, [12], [0.7f], [true]);
        Assert.Equal([0], Comparison().Rows("refund", Champion(), evidence, Held).Texts);
    }

    [Fact]
    public void A_text_that_the_champion_saw_and_was_not_judged_on_plays_no_part_and_a_new_one_is_scored()
    {
        var evidence = new HeadEvidence(5, [], [], []);
        var compared = Comparison(change: text => text == 13 ? 6 : 5).Rows("refund", Champion(), evidence, Held);
        Assert.Equal([3], compared.Texts);
        Assert.Equal(0.5, compared.Rows.Champion!.Probabilities[0]);
    }

    [Fact]
    public void Of_a_head_that_people_published_only_later_answers_count()
    {
        var compared = Comparison(at: text => text == 11 ? Now.AddHours(1) : Now.AddHours(-1))
            .Rows("refund", Champion(), null, Held);
        Assert.Equal([1], compared.Texts);
    }

    [Fact]
    public void A_text_of_the_random_audit_stands_for_all_that_were_not_asked_about()
    {
        var compared = Comparison(propensity: text => text == 10 ? 0.01 : null).Rows("refund", null, null, Held);
        Assert.Equal([100, 1, 1], compared.Rows.Weights);
    }

    [Fact]
    public void A_group_is_compared_by_the_share_of_the_label_that_holds()
    {
        var comparison = Comparison();
        var evidence = new HeadEvidence(5, [10, 11, 13], [0.6f, 0.2f, 0.2f], [true, false, false]);
        var refund = comparison.Rows("refund", Champion(), evidence, Held);
        // The other label holds where this one does not; it has no head yet.
        var other = comparison.Rows("other", null, null, new HeldOutEvidence(
            [0, 1, 3], [0.3f, 0.3f, 0.9f], [false, false, true], [false, true, false]));
        var rows = comparison.Group([refund, other]);
        Assert.Equal([1, 0, 1], rows.Champion!.Probabilities);
        Assert.Equal([true, false, true], rows.Champion.Decisions);
        Assert.Equal([0.75, 0.75, 0.8 / 1.7], rows.Challenger.Probabilities.Select(p => Math.Round(p, 12)),
            (one, two) => Math.Abs(one - two) < 1e-6);
        Assert.Equal([true, true, false], rows.Challenger.Decisions);
    }

    private static Champion Champion() => new(
        new Head
        {
            Label = "refund",
            Version = 1,
            Encoder = "abc",
            Feature = "mean",
            Weights = [0],
            Bias = 0,
        }, Now);

    private static Comparison Comparison(
        Func<long, long>? change = null, Func<long, DateTimeOffset>? at = null, Func<long, double?>? propensity = null)
    {
        var data = new DataSet(Texts, ["other", "refund"], new AnswerMatrix(4, 2, [0, 1, 1, 0, 0, 1, 0, 1]));
        return new Comparison(
            [10, 11, 12, 13], data, _ => new FeatureMatrix(new float[4], 1),
            (text, _) => new StoredExample(
                1, text, 1, IsBlind: false, propensity?.Invoke(text), at?.Invoke(text) ?? Now,
                change?.Invoke(text) ?? 1));
    }
}
