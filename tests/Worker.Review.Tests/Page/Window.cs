using Microsoft.Playwright;

namespace Worker.Review.Tests.Page;

/// <summary>A browser's window with the page, and what went wrong in it.</summary>
internal sealed class Window : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly RunningReview review;
    private readonly IBrowserContext context;
    private readonly List<string> errors = [];

    public Window(RunningReview review, IBrowserContext context, IPage page)
    {
        (this.review, this.context, Page) = (review, context, page);
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            // A request that fails is told by the browser too; the page has to live with it.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load", StringComparison.Ordinal))
                errors.Add(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>The text of the question that is shown.</summary>
    public ILocator Text => Page.Locator("#text");

    public ILocator Notices => Page.Locator("#notices");

    public ILocator Unsent => Page.Locator("#unsent");

    /// <summary>Waits for a question.</summary>
    public async Task<string> Question()
    {
        await Text.WaitForAsync();
        return await Text.InnerTextAsync();
    }

    public async Task Press(params string[] keys)
    {
        foreach (var key in keys)
            await Page.Keyboard.PressAsync(key);
    }

    /// <summary>Waits for a question that has the text.</summary>
    public Task Shows(string text) => Until(async () =>
        await Text.IsVisibleAsync() && (await Text.InnerTextAsync()).Contains(text, StringComparison.Ordinal),
        $"the question '{text}'");

    /// <summary>Waits for a heading.</summary>
    public Task Says(string heading) =>
        Page.GetByRole(AriaRole.Heading, new() { Name = heading, Exact = true }).WaitForAsync();

    /// <summary>Waits until the queue holds as many label events.</summary>
    public Task Sent(int count) =>
        Until(() => Task.FromResult(review.Sent().Count >= count), $"{count} label events, not {review.Sent().Count}");

    /// <summary>Nothing went wrong that the page did not expect.</summary>
    public void IsWell() => Assert.Empty(errors);

    public async ValueTask DisposeAsync() => await context.DisposeAsync();

    public static async Task Until(Func<Task<bool>> holds, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"waited in vain for {what}");
            await Task.Delay(20);
        }
    }
}
