using Microsoft.Playwright;

namespace Worker.Review.Tests.Page;

/// <summary>Text from messages is not trusted, may be in any script, and may be long.</summary>
public class TextTests(Chromium chromium)
{
    private static readonly string[] Hostile =
    [
        "<script>window.bad = 1</script><img src=x onerror='window.bad=1'><svg onload=window.bad=1>",
        "\"><a href=\"javascript:window.bad=1\" autofocus onfocus=window.bad=1>click</a>{{7*7}}${7*7}",
        "שלום, איפה ההחזר שלי? מספר 4711 בבקשה! العربية أيضا",
        "z\u0351\u036b\u0343\u036aa\u0321\u034e\u0326l\u0338\u0322g\u0335\u0327o\u0334\u0328 " + "e" +
            new string('\u0301', 60),
        "👩‍👩‍👧‍👦 🏳️‍🌈 family says \u202Ethanks\u202C, twice 😀😀",
        new string('x', 5000),
        "one\ntwo\n\n   indented\ttabbed",
        string.Join(' ', Enumerable.Repeat("where is my refund and why does nobody answer", 60)),
    ];

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(360, 740)]
    public async Task Any_text_is_shown_as_it_is_and_breaks_nothing(int width, int height)
    {
        await using var review = await RunningReview.Start();
        review.Ask(Hostile.Length, text: i => Hostile[i]);
        await using var window = await chromium.Open(
            review, options: new() { ViewportSize = new() { Width = width, Height = height } });
        await window.Question();
        for (var i = 0; i < Hostile.Length; i++)
        {
            Assert.Equal(Hostile[i], await window.Text.TextContentAsync());
            await IsInPlace(window.Page);
            if (i == 2)
                Assert.Equal(
                    "rtl", await window.Text.EvaluateAsync<string>("text => getComputedStyle(text).direction"));
            await window.Press("n");
        }
        await window.Sent(Hostile.Length);
        Assert.Equal(Hostile.Order(), review.Counting().Keys.Order());
        Assert.False(await window.Page.EvaluateAsync<bool>("'bad' in window"));
        window.IsWell();
    }

    [Theory]
    [InlineData("#/review", 360)]
    [InlineData("#/live", 360)]
    [InlineData("#/heads", 360)]
    [InlineData("#/heads/refund", 360)]
    [InlineData("#/review", 640)]
    [InlineData("#/live", 320)]
    public async Task No_page_is_wider_than_a_narrow_window(string path, int width)
    {
        await using var review = await RunningReview.Start();
        review.Ask(3);
        await using var window = await chromium.Open(
            review, "root", "/" + path, new() { ViewportSize = new() { Width = width, Height = 640 } });
        await window.Page.Locator("h1").WaitForAsync();
        await Assertions.Expect(window.Page.Locator(".waiting")).ToHaveCountAsync(0);
        Assert.True(await window.Page.EvaluateAsync<bool>(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
        window.IsWell();
    }

    [Fact]
    public async Task A_finger_answers_by_swiping()
    {
        await using var review = await RunningReview.Start();
        review.Ask(3);
        await using var window = await chromium.Open(review, options: new()
        {
            ViewportSize = new() { Width = 360, Height = 740 },
            HasTouch = true,
            IsMobile = true,
        });
        await window.Question();
        await Swipe(window.Page, 60, 300);
        await window.Sent(1);
        await Swipe(window.Page, 300, 60);
        await Swipe(window.Page, 180, 215);
        await window.Sent(2);
        Assert.Equal(["refund=1", "refund=0"], review.Sent().Select(LabelEvents.Said));
        // On a machine that is busy, a tap may last so long that the browser takes it for something else.
        await Window.Until(async () =>
        {
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Yes", Exact = true }).TapAsync();
            return review.Sent().Count == 3;
        }, "an answer by tapping");
        window.IsWell();
    }

    /// <summary>Nothing sticks out sideways, and the buttons are in reach.</summary>
    private static async Task IsInPlace(IPage page)
    {
        Assert.True(await page.EvaluateAsync<bool>(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
        var button = await page.GetByRole(AriaRole.Button, new() { Name = "Yes", Exact = true }).BoundingBoxAsync();
        Assert.NotNull(button);
        Assert.InRange(button.Y + button.Height, 0, page.ViewportSize!.Height);
    }

    private static async Task Swipe(IPage page, int from, int to)
    {
        var protocol = await page.Context.NewCDPSessionAsync(page);
        await Touch("touchStart", from);
        for (var i = 1; i <= 4; i++)
            await Touch("touchMove", from + (to - from) * i / 4);
        await protocol.SendAsync("Input.dispatchTouchEvent", new Dictionary<string, object>
        {
            ["type"] = "touchEnd",
            ["touchPoints"] = Array.Empty<object>(),
        });

        Task Touch(string type, int x) => protocol.SendAsync("Input.dispatchTouchEvent", new Dictionary<string, object>
        {
            ["type"] = type,
            ["touchPoints"] = new[] { new Dictionary<string, object> { ["x"] = x, ["y"] = 300 } },
        });
    }
}
