using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Worker.Review.Tests.Page.Chromium))]

namespace Worker.Review.Tests.Page;

/// <summary>One browser for all tests of the page, which are skipped without one. Each has its own profile.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? driver;
    private IBrowser? browser;

    /// <summary>The browser that this machine has; null for none.</summary>
    private static string? Program { get; } = Programs.SelectMany(name =>
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Program is null)
            return;
        driver = await Playwright.CreateAsync();
        browser = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            // Containers often run as root and with little shared memory.
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        driver?.Dispose();
    }

    /// <summary>A window of somebody who has a key; null: of nobody.</summary>
    internal async Task<Window> Open(
        RunningReview review, string? person = "anna", string path = "/", BrowserNewContextOptions? options = null)
    {
        Assert.SkipUnless(browser is not null, $"needs a browser: one of {string.Join(", ", Programs)} in the PATH");
        options ??= new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 800 } };
        if (person is not null)
            options.ExtraHTTPHeaders = [new("Authorization", $"Bearer {review.Key(person)}")];
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(15_000);
        var window = new Window(review, context, await context.NewPageAsync());
        await window.Page.GotoAsync(review.Server.Address + path);
        return window;
    }
}
