using Worker.Core.Answers;

namespace Worker.Core.Tests.Answers;

public class ResolutionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_persons_last_answer_stands()
    {
        var resolved = Of(Agreement.Majority, Said("anna", 1, second: 0), Said("anna", 0, second: 5));
        Assert.Equal((0.0, 1, false), (resolved.Value, resolved.People, resolved.IsDisputed));
    }

    [Fact]
    public void Cannot_tell_takes_an_earlier_answer_back() =>
        Assert.Null(Of(Agreement.Majority, Said("anna", 1, second: 0), Said("anna", null, second: 5)).Value);

    [Fact]
    public void The_majority_decides_and_a_tie_says_nothing()
    {
        Assert.Equal(1, Of(Agreement.Majority, Said("anna", 1), Said("ben", 1), Said("cleo", 0)).Value);
        var tie = Of(Agreement.Majority, Said("anna", 1), Said("ben", 0));
        Assert.Equal((null, 2, true), (tie.Value, tie.People, tie.IsDisputed));
    }

    [Fact]
    public void Or_whoever_spoke_last() =>
        Assert.Equal(0, Of(Agreement.Latest, Said("anna", 1, 1), Said("ben", 1, 2), Said("cleo", 0, 3)).Value);

    [Fact]
    public void A_yes_or_no_counts_before_scores_and_scores_alone_by_their_mean()
    {
        Assert.Equal(0, Of(Agreement.Majority, Said("a model", 0.9), Said("anna", 0)).Value);
        Assert.Equal(0.8, Of(Agreement.Majority, Said("a model", 0.9), Said("another", 0.7)).Value!.Value, 12);
    }

    [Fact]
    public void The_order_of_arrival_does_not_matter()
    {
        var random = new Random(3);
        for (var i = 0; i < 2000; i++)
        {
            GivenAnswer[] answers = [.. Enumerable.Range(0, random.Next(1, 7)).Select(k => Said(
                $"p{random.Next(3)}", random.Next(4) switch { 0 => null, 1 => 0, 2 => 1, _ => 0.5 },
                random.Next(3), $"e{k}"))];
            foreach (var agreement in Enum.GetValues<Agreement>())
            {
                var expected = Of(agreement, answers);
                random.Shuffle(answers);
                var actual = Of(agreement, answers);
                Assert.Equal(expected.Value is null, actual.Value is null);
                Assert.Equal(expected.Value ?? 0, actual.Value ?? 0, 12);
                Assert.Equal(expected with { Value = null }, actual with { Value = null });
            }
        }
    }

    private static GivenAnswer Said(string person, double? value, int second = 0, string id = "") =>
        new(id, person, Start.AddSeconds(second), value, IsBlind: false, Propensity: null);

    private static Resolution Of(Agreement agreement, params GivenAnswer[] answers) =>
        Resolution.Of(answers, agreement);
}
