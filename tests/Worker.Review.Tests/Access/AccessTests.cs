using System.Net;
using System.Text.RegularExpressions;
using Worker.Review.Access;
using Worker.Review.Http;

namespace Worker.Review.Tests.Access;

public partial class AccessTests
{
    [Fact]
    public async Task Nobody_anonymous_gets_anything_but_the_pages_own_files()
    {
        await using var review = await RunningReview.Start();
        var nobody = review.As(null);
        var document = (await review.As("root").Fetch("/openapi/v1.json")).Body;
        foreach (var path in document.GetProperty("paths").EnumerateObject())
            foreach (var method in path.Value.EnumerateObject())
            {
                using var request = new HttpRequestMessage(
                    HttpMethod.Parse(method.Name), path.Name.Replace("{id}", "1", StringComparison.Ordinal));
                request.Headers.Add(RequestGuard.Header, "1");
                using var response = await nobody.SendAsync(request);
                Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
                Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            }
        Assert.Equal(401, (await nobody.Fetch("/openapi/v1.json")).Status);
        Assert.Equal(401, (await nobody.Fetch("/docs")).Status);
        Assert.Equal(200, (await nobody.Fetch("/")).Status);
    }

    [Fact]
    public async Task A_key_may_do_what_its_scope_says_and_no_more()
    {
        await using var review = await RunningReview.Start();
        var seat = new { seat = "s" };
        Assert.Equal(403, (await review.As("reader").Send("/api/v1/lease", seat)).Status);
        Assert.Equal(200, (await review.As("anna").Send("/api/v1/lease", seat)).Status);
        var why = new { why = "found every refund of last week" };
        Assert.Equal(403, (await review.As("anna").Send("/api/v1/heads/refund/promote", why)).Status);
        Assert.Equal(200, (await review.As("root").Send("/api/v1/heads/refund/promote", why)).Status);
        Assert.Equal(["promote refund  root found every refund of last week"], review.Models.Done);
        var (_, log) = await review.As("root").Fetch("/api/v1/log");
        Assert.Equal(("root", "promote", "refund"), (log[0].GetProperty("person").GetString(),
            log[0].GetProperty("action").GetString(), log[0].GetProperty("subject").GetString()));
        var (_, me) = await review.As("anna").Fetch("/api/v1/me");
        Assert.Equal("""{"name":"anna","scopes":["read","answer"]}""", me.GetRawText());
    }

    [Fact]
    public async Task The_link_in_the_log_opens_the_page_once()
    {
        await using var review = await RunningReview.Start();
        var (browser, link) = (review.As(null), Link(review));
        using var first = await browser.GetAsync(link);
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        using (var second = await browser.GetAsync(link))
        {
            Assert.Equal("/?signin=expired", second.Headers.Location?.ToString());
            Assert.False(second.Headers.Contains("Set-Cookie"));
        }
        // A fresh link is in the log by now.
        Assert.NotEqual(link, Link(review));
        browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        var (status, me) = await browser.Fetch("/api/v1/me");
        Assert.Equal((200, "local"), (status, me.GetProperty("name").GetString()));
        // A cookie alone changes nothing: another site's page could have sent it.
        Assert.Equal(403, (await browser.Send("/api/v1/lease", new { seat = "s" })).Status);
        browser.DefaultRequestHeaders.Add(RequestGuard.Header, "1");
        Assert.Equal(200, (await browser.Send("/api/v1/lease", new { seat = "s" })).Status);
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(403, (await browser.Send("/api/v1/lease", new { seat = "s" })).Status);
    }

    [Fact]
    public async Task A_name_of_another_site_for_this_machine_is_refused()
    {
        await using var review = await RunningReview.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "evil.example";
        using var response = await review.As(null).SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Who_asks_too_often_waits()
    {
        await using var review = await RunningReview.Start(options => options.RequestsPerSecond = 5);
        var anna = review.As("anna");
        var statuses = new List<int>();
        for (var i = 0; i < 40; i++)
            statuses.Add((await anna.Fetch("/api/v1/me")).Status);
        Assert.Contains(429, statuses);
        Assert.Equal(200, statuses[0]);
        Assert.Equal(200, (await review.As("ben").Fetch("/api/v1/me")).Status);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var review = await RunningReview.Start(options => options.MaxBodyBytes = 2048);
        var (status, problem) = await review.As("anna").Send(
            "/api/v1/classify", new { texts = new[] { new string('a', 5000) } });
        Assert.Equal((413, "urn:worker:too-large"), (status, problem.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Pages_load_nothing_from_elsewhere_and_run_no_script_in_text()
    {
        await using var review = await RunningReview.Start();
        using var response = await review.As(null).GetAsync("/");
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("0.0.0.0", "Web:Address: 0.0.0.0 can be reached from other machines")]
    [InlineData("256.1.1.1", "Web:Address: '256.1.1.1' is no IP address")]
    public void An_open_door_is_refused_at_start(string address, string told) => Assert.StartsWith(told,
        Assert.Throws<WebSettingException>(() => AccessSetup.Check(new WebOptions { Address = address })).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("ci read", "three parts")]
    [InlineData("ci write 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "the scopes of 'ci'")]
    [InlineData("ci read abc", "the hash of 'ci'")]
    public void A_key_of_the_settings_that_is_wrong_is_told(string line, string told) => Assert.Contains(
        told, Assert.Throws<WebSettingException>(() => ApiKey.Parse(line)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_is_known_by_its_hash()
    {
        var (key, line) = ApiKey.Create("ci", ["read", "answer"]);
        Assert.DoesNotContain(key, line, StringComparison.Ordinal);
        var known = ApiKey.Parse(line);
        Assert.True(known.Is(key));
        Assert.False(known.Is(key + "x"));
        Assert.NotEqual(key, ApiKey.Create("ci", ["read"]).Key);
    }

    private static string Link(RunningReview review)
    {
        lock (review.Log)
            return LinkPattern().Match(
                review.Log.Last(line => line.StartsWith("Review page", StringComparison.Ordinal))).Value;
    }

    [GeneratedRegex(@"http://\S+/signin\?token=\S+", RegexOptions.None, 1000)]
    private static partial Regex LinkPattern();
}
