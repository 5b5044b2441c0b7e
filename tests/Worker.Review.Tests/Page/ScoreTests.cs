using Microsoft.Playwright;
using Worker.Core.Answers;

namespace Worker.Review.Tests.Page;

/// <summary>What people see of scores, and what the answers say they saw.</summary>
public class ScoreTests(Chromium chromium)
{
    [Fact]
    public async Task A_question_says_why_it_is_asked_and_what_the_head_says()
    {
        await using var review = await RunningReview.Start();
        review.Ask(1);
        await using var window = await chromium.Open(review);
        await window.Question();
        var question = window.Page.Locator("article.question");
        await Assertions.Expect(question).ToContainTextAsync("Unsure: refund is at .41, between .31 and .90");
        await Assertions.Expect(question).ToContainTextAsync("Is it refund?");
        await Assertions.Expect(question).ToContainTextAsync("wants money back");
        await Assertions.Expect(question).ToContainTextAsync("no, uncertain");
        await window.Press("y");
        await window.Sent(1);
        Assert.Equal((false, 0.41), (review.Sent()[0].IsBlind, review.Sent()[0].Answers[0].ShownP));
        window.IsWell();
    }

    [Fact]
    public async Task Hidden_scores_are_nowhere_on_the_page_and_the_answer_says_so()
    {
        await using var review = await RunningReview.Start();
        review.Ask(5);
        await using var window = await chromium.Open(review);
        await window.Question();
        await window.Press("b");
        await Assertions.Expect(window.Page.Locator("main")).Not.ToContainTextAsync(".41");
        await Assertions.Expect(window.Page.Locator("article.question")).ToContainTextAsync("Scores are hidden");
        // Its scores were on the page for a moment; those of the next one never are.
        await window.Press("y");
        await window.Sent(1);
        await window.Press("y");
        await window.Sent(2);
        await window.Page.ReloadAsync();
        await window.Question();
        await Assertions.Expect(window.Page.Locator("main")).Not.ToContainTextAsync(".41");
        await window.Press("y");
        await window.Sent(3);
        await window.Press("b");
        await Assertions.Expect(window.Page.Locator("article.question")).ToContainTextAsync(".41");
        await window.Press("n");
        await window.Sent(4);
        Assert.Equal([false, true, true, false], review.Sent().Select(one => one.IsBlind));
        window.IsWell();
    }

    [Fact]
    public async Task Random_audits_never_show_scores()
    {
        await using var review = await RunningReview.Start();
        review.Ask(1, propensity: 0.01);
        await using var window = await chromium.Open(review);
        await window.Question();
        await Assertions.Expect(window.Page.Locator("article.question")).ToContainTextAsync("Random audit");
        Assert.DoesNotContain(".41", await window.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        await window.Press("2");
        await window.Sent(1);
        Assert.Equal((true, AnswerMode.Audit), (review.Sent()[0].IsBlind, review.Sent()[0].Mode));
        window.IsWell();
    }

    [Fact]
    public async Task Similar_questions_are_answered_together_but_not_those_that_are_unticked()
    {
        await using var review = await RunningReview.Start();
        review.Ask(6);
        await using var window = await chromium.Open(review);
        var first = await window.Question();
        var boxes = window.Page.Locator(".similar input");
        await Assertions.Expect(boxes).ToHaveCountAsync(5);
        await Assertions.Expect(window.Page.Locator(".spread")).ToContainTextAsync("cosine 0.89 to 0.97");
        await window.Press("m", "Space");
        await Assertions.Expect(boxes.First).Not.ToBeCheckedAsync();
        var exception = await window.Page.Locator(".similar label span").First.InnerTextAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Yes to all 5" }).ClickAsync();
        await window.Shows(exception);
        await window.Sent(5);
        Assert.Equal(5, review.Counting().Count);
        Assert.DoesNotContain(exception, review.Counting().Keys);
        Assert.Equal(AnswerMode.Single, review.Counting()[first].Mode);
        Assert.Equal(4, review.Sent().Count(one => one.Mode == AnswerMode.Bulk));
        Assert.All(review.Sent(), one => Assert.Equal("refund=1", one.Said()));
        // One undo takes all of them back.
        await window.Press("z");
        await window.Shows(first);
        await window.Sent(10);
        Assert.Empty(review.Counting());
        window.IsWell();
    }

    [Fact]
    public async Task Agreement_with_and_without_scores_is_told_in_words()
    {
        await using var review = await RunningReview.Start();
        review.Ask(50);
        await using var window = await chromium.Open(review);
        for (var i = 0; i < 50; i++)
        {
            await window.Question();
            if (i == 25)
                await window.Press("b");
            await window.Press(i <= 25 || i % 2 == 0 ? "n" : "y");
        }
        await window.Sent(50);
        await window.Page.ReloadAsync();
        await Assertions.Expect(window.Page.Locator(".agreement")).ToContainTextAsync(
            "With scores shown, people agreed with the heads in 100% of 26 answers. With scores hidden: 50% of 24. " +
            "People follow the scores they see.");
    }
}
