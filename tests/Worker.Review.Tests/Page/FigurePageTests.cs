using Microsoft.Playwright;

namespace Worker.Review.Tests.Page;

/// <summary>The live page and the pages of heads.</summary>
public class FigurePageTests(Chromium chromium)
{
    [Fact]
    public async Task The_live_page_shows_the_stream_and_looks_again_by_itself()
    {
        await using var review = await RunningReview.Start();
        review.Ask(7);
        await using var window = await chromium.Open(review, "reader", "/#/live");
        await window.Says("A sample of the stream");
        var main = window.Page.Locator("main");
        foreach (var text in "915;459;24 ms;2.0%;refund;messages 0:1000;asked;0.6%;fine".Split(';'))
            await Assertions.Expect(main).ToContainTextAsync(text);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Img, new() { Name = "Latency over time; now a median" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(main).ToContainTextAsync("open questions7");
        review.Ask(2, propensity: 0.01, i => $"{(i == 0 ? "one" : "another")} that nobody saw before");
        await Assertions.Expect(main).ToContainTextAsync("open questions9", new() { Timeout = 8000 });
        window.IsWell();
    }

    [Fact]
    public async Task A_label_has_its_versions_with_the_bar_that_failed_and_its_curves()
    {
        await using var review = await RunningReview.Start();
        await using var window = await chromium.Open(review, "reader", "/#/heads");
        await window.Says("2 heads in use");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Row, new() { Name = "refund" }))
            .ToContainTextAsync("after 13 more answers");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "refund" }).ClickAsync();
        await window.Says("Versions");
        var main = window.Page.Locator("main");
        await Assertions.Expect(main).ToContainTextAsync("failed answers: 12 answers of either kind, 20 are needed");
        foreach (var chart in new[] { "Precision against recall", "How often texts", "F1 of", "log-loss of" })
            await Assertions.Expect(window.Page.GetByRole(AriaRole.Img, new() { Name = chart })).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator(".confusion")).ToContainTextAsync("people: yes9030");
        await window.Page.GetByLabel("Version", new() { Exact = true }).SelectOptionAsync("4");
        await Assertions.Expect(main).ToContainTextAsync("v4, on 400 answered texts");
        await window.Page.GotoAsync($"{review.Server.Address}/#/heads/nothing");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no label 'nothing'");
        window.IsWell();
    }

    [Fact]
    public async Task An_administrator_promotes_with_a_reason_and_rolls_back_after_a_question()
    {
        await using var review = await RunningReview.Start();
        await using var window = await chromium.Open(review, "root", "/#/heads/refund");
        var page = window.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Promote v4" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Promote" }).ClickAsync();
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await dialog.GetByLabel("Why").FillAsync("it finds what we need for the campaign");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Promote" }).ClickAsync();
        await Assertions.Expect(window.Notices).ToContainTextAsync("promote refund 4 root it finds");
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await Assertions.Expect(window.Notices).ToContainTextAsync("roll back refund");
        await page.GetByRole(AriaRole.Button, new() { Name = "Train now" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Train" }).ClickAsync();
        await Assertions.Expect(window.Notices).ToContainTextAsync("as soon as a learner is free");
        Assert.Equal(2, review.Models.Done.Count);
        window.IsWell();
    }
}
