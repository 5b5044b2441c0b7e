using Microsoft.Playwright;

namespace Worker.Review.Tests.Page;

/// <summary>Pictures of every page, for the docs: set WORKER_PICTURES to a folder.</summary>
public class PictureTests(Chromium chromium)
{
    private static readonly string[] Texts =
    [
        "I sent the shoes back three weeks ago and nobody has told me what happens with the money.",
        "The second parcel never came. Can I have what I paid for it?", "Please cancel order 4711 and pay me back.",
        "Your voucher was for 20 and only 10 came off the price.",
        "Do I pay for the way back if the jacket is too small?",
        "When will the amount be on my account again?",
    ];

    [Theory]
    [InlineData("review", "#/review", 1280, 800, ColorScheme.Light)]
    [InlineData("review-dark", "#/review", 1280, 800, ColorScheme.Dark)]
    [InlineData("review-phone", "#/review", 360, 740, ColorScheme.Light)]
    [InlineData("review-several", "#/review", 1280, 800, ColorScheme.Light)]
    [InlineData("live", "#/live", 1280, 1000, ColorScheme.Light)]
    [InlineData("heads", "#/heads", 1280, 500, ColorScheme.Light)]
    [InlineData("label", "#/heads/refund", 1280, 1250, ColorScheme.Dark)]
    public async Task Every_page_is_painted(string name, string path, int width, int height, ColorScheme scheme)
    {
        await using var review = await RunningReview.Start();
        if (name == "review-several")
            review.Ask(6, null, i => $"Order {i + 4711}: the parcel came without the cable that I paid for. I am fed " +
                "up and want my money back.", ["refund", "angry", "spam"]);
        else
            review.Ask(12, text: i => Texts[i % Texts.Length] + (i < Texts.Length ? "" : $" (order {4711 + i})"));
        await using var window = await chromium.Open(review, "root", "/" + path, new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            HasTouch = width < 500,
            IsMobile = width < 500,
        });
        await window.Page.Locator("h1, #text").First.WaitForAsync();
        await Assertions.Expect(window.Page.Locator(".waiting")).ToHaveCountAsync(0);
        if (path == "#/review")
        {
            await window.Question();
            await Assertions.Expect(window.Page.GetByText("Looking for similar")).ToHaveCountAsync(0);
        }
        if (name == "label")
            await window.Page.GetByText("Reliability").WaitForAsync();
        window.IsWell();
        if (Environment.GetEnvironmentVariable("WORKER_PICTURES") is { Length: > 0 } folder)
            await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
    }
}
