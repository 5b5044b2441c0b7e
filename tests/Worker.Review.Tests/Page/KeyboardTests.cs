using Microsoft.Playwright;

namespace Worker.Review.Tests.Page;

/// <summary>Answering with the keyboard alone.</summary>
public class KeyboardTests(Chromium chromium)
{
    [Fact]
    public async Task Fifty_questions_are_answered_with_one_key_each_and_every_answer_arrives_once()
    {
        await using var review = await RunningReview.Start();
        review.Ask(50);
        await using var window = await chromium.Open(review);
        var expected = new Dictionary<string, string>();
        for (var i = 0; i < 50; i++)
        {
            var text = await window.Question();
            var key = (i % 5) switch { 0 or 3 => "y", 4 => "u", _ => "n" };
            expected.Add(text, $"refund={key switch { "y" => "1", "n" => "0", _ => "?" }}");
            await window.Press(key);
        }
        await window.Says("Nothing left to answer");
        await window.Sent(50);
        Assert.Equal(
            expected.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            review.Counting().Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Said()))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.All(review.Sent(), one => Assert.NotNull(one.Milliseconds));
        await Assertions.Expect(window.Page.GetByLabel("Progress")).ToContainTextAsync("mine today50");
        window.IsWell();
    }

    [Fact]
    public async Task Any_number_of_answers_is_taken_back_and_given_again()
    {
        await using var review = await RunningReview.Start();
        review.Ask(6);
        await using var window = await chromium.Open(review);
        var texts = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            texts.Add(await window.Question());
            await window.Press("y");
        }
        await window.Sent(5);
        foreach (var text in Enumerable.Reverse(texts).Take(3))
        {
            await window.Press("z");
            await window.Shows(text);
        }
        // Several on their way may arrive in another order, and a reload takes back what arrived last.
        for (var sent = 1; sent <= 3; sent++)
        {
            await window.Press("n");
            await window.Sent(5 + 3 + sent);
        }
        Assert.Equal(
            [.. texts.Select((text, i) => (text, i < 2 ? "refund=1" : "refund=0")).Order()],
            review.Counting().Select(pair => (pair.Key, pair.Value.Said())).Order());
        // Answers of before a reload are taken back too.
        await window.Page.ReloadAsync();
        await window.Question();
        await window.Press("z");
        await window.Shows(texts[4]);
        window.IsWell();
    }

    [Fact]
    public async Task A_skipped_question_goes_to_somebody_else_and_comes_back_with_undo()
    {
        await using var review = await RunningReview.Start();
        review.Ask(3);
        await using var window = await chromium.Open(review);
        var first = await window.Question();
        await window.Press("s");
        Assert.NotEqual(first, await window.Question());
        await window.Press("z");
        await window.Shows(first);
        await window.Press("s", "y", "y");
        await window.Says("Nothing left for you");
        await window.Sent(2);
        Assert.DoesNotContain(first, review.Counting().Keys);
        await using var bens = await chromium.Open(review, "ben");
        await bens.Shows(first);
        window.IsWell();
    }

    [Theory]
    [InlineData("2", "angry=0 refund=1 spam=0")]
    [InlineData("y", "angry=1 refund=0 spam=0")]
    [InlineData("n", "angry=0 refund=0 spam=0")]
    [InlineData("0", "angry=0 refund=0 spam=0")]
    [InlineData("u", "angry=? refund=? spam=?")]
    [InlineData("Shift+Digit1 Shift+Digit3 Enter", "angry=1 refund=0 spam=1")]
    [InlineData("Enter Shift+Digit1 Shift+Digit1 Shift+Digit2 Enter", "angry=0 refund=1 spam=0")]
    [InlineData("Shift+Digit1 n", "angry=0 refund=0 spam=0")]
    public async Task Keys_answer_several_labels_at_once(string keys, string said)
    {
        await using var review = await RunningReview.Start();
        review.Ask(2, propensity: 0.01);
        await using var window = await chromium.Open(review);
        var text = await window.Question();
        await window.Press(keys.Split(' '));
        await window.Sent(1);
        Assert.Equal((text, said), (review.Sent()[0].Text, review.Sent()[0].Said()));
        window.IsWell();
    }

    [Fact]
    public async Task A_key_that_is_held_down_answers_one_question()
    {
        await using var review = await RunningReview.Start();
        review.Ask(5);
        await using var window = await chromium.Open(review);
        await window.Question();
        for (var i = 0; i < 4; i++)
            await window.Page.Keyboard.DownAsync("y");
        await window.Page.Keyboard.UpAsync("y");
        await window.Sent(1);
        await window.Press("n");
        await window.Sent(2);
        Assert.Equal(["refund=1", "refund=0"], review.Sent().Select(LabelEvents.Said));
    }

    [Fact]
    public async Task Another_label_is_added_by_typing()
    {
        await using var review = await RunningReview.Start();
        review.Ask(2);
        await using var window = await chromium.Open(review);
        await window.Question();
        await window.Press("/");
        await window.Page.Keyboard.TypeAsync("prai");
        await window.Page.GetByRole(AriaRole.Option, new() { Name = "praise says thanks" }).WaitForAsync();
        await window.Press("Enter", "y");
        await window.Sent(1);
        await window.Press("/");
        await window.Page.Keyboard.TypeAsync("quite new");
        await window.Press("Enter", "n");
        await window.Sent(2);
        Assert.Equal(["praise=1 refund=1", "quite new=1 refund=0"], review.Sent().Select(LabelEvents.Said));
        window.IsWell();
    }

    [Fact]
    public async Task Keys_can_be_changed_and_switched_off()
    {
        await using var review = await RunningReview.Start();
        review.Ask(4);
        await using var window = await chromium.Open(review);
        await window.Question();
        await window.Press("?");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Change the key y" }).ClickAsync();
        await window.Press("j");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Change the key j" }).WaitForAsync();
        await window.Press("Escape", "j", "y");
        await window.Sent(1);
        await window.Page.ReloadAsync();
        await window.Question();
        await window.Press("j");
        await window.Sent(2);
        await window.Press("?");
        await window.Page.GetByText("Single keys answer").ClickAsync();
        await window.Press("Escape", "j", "n");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "No", Exact = true }).ClickAsync();
        await window.Sent(3);
        Assert.Equal(["refund=1", "refund=1", "refund=0"], review.Sent().Select(LabelEvents.Said));
        window.IsWell();
    }
}
