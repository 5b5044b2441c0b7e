using Microsoft.Playwright;

namespace Worker.Review.Tests.Page;

/// <summary>Signing in by the link in the log, and what happens when the session ends.</summary>
public class SignInTests(Chromium chromium)
{
    [Fact]
    public async Task A_session_that_ends_keeps_what_is_unsent_until_somebody_signs_in()
    {
        await using var review = await RunningReview.Start();
        review.Ask(20);
        await using var window = await chromium.Open(review, person: null);
        await window.Says("Sign in");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Open the link");
        await window.Page.GotoAsync(review.Link());
        var first = await window.Question();
        await Assertions.Expect(window.Page.Locator("#who")).ToHaveTextAsync("local");
        await window.Press("y");
        await window.Sent(1);
        var second = await window.Question();
        // The answer is the first request without the session; others may be on their way.
        await window.Page.RouteAsync("**/answer", async route =>
        {
            await window.Page.Context.ClearCookiesAsync();
            await route.FulfillAsync(new() { Status = 401, ContentType = "application/problem+json", Body = "{}" });
        });
        await window.Press("n");
        await window.Says("Your session has ended");
        await window.Page.UnrouteAsync("**/answer");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("One answer is unsent");
        await window.Press("y", "Escape");
        await window.Says("Your session has ended");
        Assert.Single(review.Sent());
        // A link that was used opens nothing, and a fresh one is in the log.
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Write a new link to the log" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("a fresh link",
            new() { IgnoreCase = true });
        var other = await window.Page.Context.NewPageAsync();
        await other.GotoAsync(review.Link());
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "I have signed in" }).ClickAsync();
        await window.Sent(2);
        Assert.Equal(("refund=1", "refund=0"), (review.Counting()[first].Said(), review.Counting()[second].Said()));
        window.IsWell();
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        await using var review = await RunningReview.Start();
        review.Ask(3);
        await using var window = await chromium.Open(review, person: null, "/?signin=failed");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("did not let you in");
        await window.Page.GotoAsync(review.Link());
        await window.Question();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await window.Says("Sign in");
        Assert.Empty(await window.Page.Context.CookiesAsync());
        window.IsWell();
    }

    [Fact]
    public async Task Somebody_who_may_only_look_is_told_so()
    {
        await using var review = await RunningReview.Start();
        review.Ask(1);
        await using var window = await chromium.Open(review, "reader");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("reader may look");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Heads" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "refund" }).ClickAsync();
        await window.Says("Versions");
        Assert.False(await window.Page.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).IsVisibleAsync());
        window.IsWell();
    }
}
