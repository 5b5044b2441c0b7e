using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Worker.Review.Tests.Page;

/// <summary>Nothing waits for the network, and nothing is lost when it fails.</summary>
public class NetworkTests(Chromium chromium)
{
    private const string Api = "**/api/v1/**";
    private const int SlowMs = 300;

    [Fact]
    public async Task A_slow_and_then_broken_network_holds_nobody_up_and_loses_nothing()
    {
        await using var review = await RunningReview.Start();
        review.Ask(24);
        await using var window = await chromium.Open(review);
        await window.Question();
        var isBroken = false;
        await window.Page.RouteAsync(Api, async route =>
        {
            if (isBroken)
            {
                await route.AbortAsync();
                return;
            }
            await Task.Delay(SlowMs);
            await route.ContinueAsync();
        });
        var seen = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            isBroken = i >= 6;
            seen.Add(await window.Question());
            await window.Press("y");
            await Task.Delay(60);
        }
        await Window.Until(async () => (await window.Unsent.InnerTextAsync()) is "6 unsent" or "7 unsent" or "8 unsent",
            "six unsent answers or a few more");
        isBroken = false;
        await window.Sent(12);
        await Assertions.Expect(window.Unsent).ToHaveTextAsync("");
        Assert.Equal(seen.Order(), review.Counting().Keys.Order());
        window.IsWell();
    }

    [Fact]
    public async Task An_answer_whose_confirmation_is_lost_counts_once()
    {
        await using var review = await RunningReview.Start();
        review.Ask(4);
        await using var window = await chromium.Open(review);
        await window.Question();
        var tries = new ConcurrentDictionary<string, int>();
        await window.Page.RouteAsync("**/answer", async route =>
        {
            if (tries.AddOrUpdate(route.Request.Headers["idempotency-key"], 1, (_, count) => count + 1) > 1)
            {
                await route.ContinueAsync();
                return;
            }
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await window.Press("y", "n");
        // Both are on their way; one that is not sent yet would just be left out.
        await Window.Until(() => Task.FromResult(tries.Count == 2), "both answers to be sent");
        // Taken back while nobody knows whether it was received.
        await window.Press("z", "y");
        await window.Sent(4);
        await Assertions.Expect(window.Unsent).ToHaveTextAsync("");
        Assert.Equal(["refund=1", "refund=1"], review.Counting().Values.Select(LabelEvents.Said));
        Assert.Contains(tries.Values, count => count > 1);
        window.IsWell();
    }

    [Fact]
    public async Task What_is_unsent_outlives_a_reload_and_is_not_asked_again()
    {
        await using var review = await RunningReview.Start();
        review.Ask(5);
        await using var window = await chromium.Open(review);
        await window.Question();
        await window.Page.RouteAsync("**/answer", route => route.AbortAsync());
        await window.Press("y", "n", "y");
        await Assertions.Expect(window.Unsent).ToHaveTextAsync("3 unsent");
        Assert.Empty(review.Sent());
        await window.Page.ReloadAsync();
        var fourth = await window.Question();
        await Assertions.Expect(window.Unsent).ToHaveTextAsync("3 unsent");
        await window.Page.UnrouteAsync("**/answer");
        await window.Sent(3);
        Assert.DoesNotContain(fourth, review.Counting().Keys);
        window.IsWell();
    }

    [Fact]
    public async Task An_answer_that_was_never_sent_is_just_taken_out()
    {
        await using var review = await RunningReview.Start();
        review.Ask(3);
        await using var window = await chromium.Open(review);
        var first = await window.Question();
        await window.Page.Context.SetOfflineAsync(true);
        // The first fails and makes the page wait, so that the second is not even tried.
        await window.Press("y");
        await Assertions.Expect(window.Unsent).ToHaveTextAsync("1 unsent");
        var second = await window.Question();
        await window.Press("y", "z");
        await window.Shows(second);
        await window.Press("n");
        await window.Page.Context.SetOfflineAsync(false);
        await window.Sent(2);
        Assert.Equal(2, review.Sent().Count);
        Assert.Equal(("refund=1", "refund=0"), (review.Counting()[first].Said(), review.Counting()[second].Said()));
    }

    [Fact]
    public async Task A_lost_lease_is_said_and_the_other_answer_counts()
    {
        await using var review = await RunningReview.Start();
        review.Ask(2);
        await using var window = await chromium.Open(review);
        var text = await window.Question();
        await Release(review, window);
        var ben = review.As("ben");
        var (_, lease) = await ben.Send("/api/v1/lease", new { seat = "b", count = 2 });
        var id = lease.GetProperty("items")[0].GetProperty("id").GetInt64();
        await ben.Send($"/api/v1/items/{id}/answer", new { seat = "b", labels = new { refund = "no" } }, "bens");
        await window.Press("y");
        await Assertions.Expect(window.Notices).ToContainTextAsync("answered by somebody else meanwhile");
        await Assertions.Expect(window.Notices).ToContainTextAsync("given to somebody else");
        await window.Says("Others are answering the last ones");
        Assert.Equal(("ben", text), (Assert.Single(review.Sent()).By, review.Sent()[0].Text));
        window.IsWell();
    }

    [Fact]
    public async Task An_expired_lease_is_noticed_without_answering()
    {
        await using var review = await RunningReview.Start(options => options.LeaseSeconds = 10);
        review.Ask(2);
        await using var window = await chromium.Open(review);
        var text = await window.Question();
        await Release(review, window);
        await review.As("ben").Send("/api/v1/lease", new { seat = "b", count = 1 });
        // It renews its lease every third of ten seconds.
        await Assertions.Expect(window.Notices).ToContainTextAsync("given to somebody else");
        Assert.NotEqual(text, await window.Question());
        window.IsWell();
    }

    [Fact]
    public async Task Two_people_at_one_queue_answer_no_question_twice()
    {
        await using var review = await RunningReview.Start();
        review.Ask(60);
        await using var annas = await chromium.Open(review);
        await using var bens = await chromium.Open(review, "ben");
        await Task.WhenAll(AnswerAll(annas), AnswerAll(bens));
        await annas.Sent(60);
        Assert.Equal(60, review.Counting().Count);
        Assert.Equal(60, review.Sent().Count);
        Assert.Equal(["anna", "ben"], review.Sent().Select(one => one.By).Distinct().Order());
        annas.IsWell();
        bens.IsWell();
    }

    private static async Task AnswerAll(Window window)
    {
        await window.Question();
        var end = window.Page.Locator(".empty h2").Filter(new() { HasText = "Nothing left to answer" });
        await Window.Until(async () =>
        {
            await window.Press("y");
            return await end.IsVisibleAsync();
        }, "the end of the queue");
    }

    private static async Task Release(RunningReview review, Window window)
    {
        var seat = await window.Page.EvaluateAsync<string>("sessionStorage.getItem('worker.seat')");
        using var response = await review.As("anna").DeleteAsync(new Uri($"/api/v1/lease/{seat}", UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode);
    }
}
