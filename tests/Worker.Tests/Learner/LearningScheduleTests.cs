using Worker.Learner;
using Worker.Store.Examples;

namespace Worker.Tests.Learner;

public class LearningScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 10, 0, 0, TimeSpan.Zero);
    private readonly LearningSchedule schedule = new(new LearnSection { Answers = 20, Minutes = 30 });

    [Fact]
    public void A_label_is_due_when_answers_enough_have_come()
    {
        Assert.True(schedule.Of(Label(pending: 20), Now).IsDue);
        Assert.False(schedule.Of(Label(pending: 19), Now).IsDue);
    }

    [Fact]
    public void Or_when_the_oldest_of_them_has_waited()
    {
        Assert.False(schedule.Of(Label(pending: 1), Now.AddMinutes(29)).IsDue);
        Assert.True(schedule.Of(Label(pending: 1), Now.AddMinutes(30)).IsDue);
    }

    [Fact]
    public void Or_when_somebody_asks_even_without_new_answers() =>
        Assert.True(schedule.Of(Label(pending: 0) with { IsAsked = true }, Now).IsDue);

    [Fact]
    public void Not_before_there_are_examples_of_both_kinds()
    {
        var due = schedule.Of(Label(pending: 500) with { Positives = 4 }, Now);
        Assert.Equal(new Due(false, "4 yes and 9 no: a head takes 5 of each"), due);
    }

    [Fact]
    public void It_says_why_not_now()
    {
        Assert.Equal("no new answers since the last training", schedule.Of(Label(pending: 0), Now).Reason);
        Assert.Equal("no answers yet", schedule.Of(Label(pending: 0) with { Fitted = 0 }, Now).Reason);
        Assert.Equal(
            "7 new answers of 20, or in 20 minutes", schedule.Of(Label(pending: 7), Now.AddMinutes(10)).Reason);
    }

    private static LabelState Label(long pending) => new(
        1, "refund", 9, 9, 0, 0, 0, Now, pending, pending == 0 ? null : Now, 5, Now, null, IsAsked: false);
}
