using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Worker.Review.Tests.Page;

/// <summary>Everybody can use it: contrast, names, focus, the keyboard alone.</summary>
public class AccessibilityTests(Chromium chromium)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Axe_finds_nothing_on_any_page(ColorScheme scheme, int width)
    {
        await using var review = await RunningReview.Start();
        review.Ask(3);
        review.Ask(1, text: _ => "a question about several labels", about: ["refund", "angry"]);
        review.Ask(1, propensity: 0.01, _ => "several labels are asked of this audit");
        await using var window = await chromium.Open(review, "root", options: new()
        {
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = 800 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = window.Page;
        await window.Question();
        await Assertions.Expect(page.GetByText("Untick those that differ")).ToBeVisibleAsync();
        await IsClean(page, "review");
        await window.Press("/");
        await page.GetByRole(AriaRole.Combobox).WaitForAsync();
        await IsClean(page, "label search");
        await window.Press("Escape", "?");
        await window.Says("Keys");
        await IsClean(page, "keys");
        await window.Press("Escape");
        var others = page.Locator(".similar label").Filter(new() { HasText = "several labels" });
        foreach (var box in await others.AllAsync())
            await box.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes to all" }).ClickAsync();
        await page.GetByText("questions answered").WaitForAsync();
        await IsClean(page, "notice");
        await window.Shows("a question about several labels");
        await window.Press("Shift+Digit1");
        await IsClean(page, "several labels");
        await window.Press("n");
        await window.Shows("this audit");
        await IsClean(page, "audit");
        await window.Press("n");
        await window.Says("Nothing left to answer");
        await IsClean(page, "nothing left");
        foreach (var (path, heading) in new[]
        {
            ("#/live", "A sample of the stream"), ("#/heads", "2 heads in use"), ("#/heads/refund", "Versions"),
        })
        {
            await page.GotoAsync($"{review.Server.Address}/{path}");
            await window.Says(heading);
            if (heading == "Versions")
                await page.GetByText("Reliability").WaitForAsync();
            await IsClean(page, path);
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Promote v4" }).ClickAsync();
        await window.Says("Promote v4 of refund?");
        await IsClean(page, "promote");
        await page.Context.SetExtraHTTPHeadersAsync([]);
        await page.GotoAsync(review.Server.Address + "/?signin=expired");
        await page.ReloadAsync();
        await window.Says("Sign in");
        await IsClean(page, "sign in");
        window.IsWell();
    }

    [Fact]
    public async Task A_screen_reader_is_told_what_there_is_and_what_comes_next()
    {
        await using var review = await RunningReview.Start();
        review.Ask(2);
        review.Ask(1, propensity: 0.01, _ => "somebody thanks you for nothing");
        await using var window = await chromium.Open(review);
        var first = await window.Question();
        await Assertions.Expect(window.Page.Locator("#announcer")).ToContainTextAsync("Next: ");
        var tree = await window.Page.Locator("body").AriaSnapshotAsync();
        string[] names =
        [
            "navigation \"Pages\"", "main", "heading \"Review\"", "article", "document \"Text\"",
            "list \"Why this is asked\"", "group \"Answer\"", "button \"Skip\"", "button \"Undo\"",
            "complementary \"Beside the question\"", "button \"Sign out\"",
        ];
        Assert.All(names, name => Assert.Contains(name, tree, StringComparison.Ordinal));
        await window.Press("n");
        var next = await window.Question();
        Assert.NotEqual(first, next);
        await Assertions.Expect(window.Page.Locator("#announcer")).ToContainTextAsync(next);
        window.IsWell();
    }

    [Fact]
    public async Task Everything_can_be_done_with_the_keyboard_alone_and_focus_is_never_lost()
    {
        await using var review = await RunningReview.Start();
        review.Ask(4);
        await using var window = await chromium.Open(review);
        await window.Question();
        var visited = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            await window.Press("Tab");
            visited.Add(await window.Page.EvaluateAsync<string>(
                "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"));
            Assert.True(await window.Page.EvaluateAsync<bool>(
                "document.activeElement === document.body || document.activeElement.matches(':focus-visible')"));
        }
        Assert.Superset(
            new HashSet<string>(["Review", "Live", "Heads", "API", "Sign out", "Yesy", "Non", "Unknownu", "Skips",
                "Undoz", "Label/", "Hide scoresb", "Keys?", "Text", "Also angry.20", "Yes to all 4"]), visited);
        // A button that answers keeps the focus, so that Space answers the next question too.
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "No", Exact = true }).FocusAsync();
        await window.Press("Space", "Space", "Enter");
        await window.Sent(3);
        Assert.Equal("Non", await window.Page.EvaluateAsync<string>("document.activeElement.textContent"));
        window.IsWell();
    }

    private static async Task IsClean(IPage page, string where)
    {
        var result = await page.RunAxe(new AxeRunOptions
        {
            RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"),
        });
        Assert.True(result.Violations.Length == 0, $"{where}: " + string.Join("\n", result.Violations.Select(found =>
            $"{found.Id}: {found.Help}: {string.Join(" | ", found.Nodes.Select(node => node.Html))}")));
    }
}
