using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;

namespace Worker.Review.Tests.Access;

/// <summary>Signing in at a real OpenID Connect provider, which runs in this process.</summary>
public class ProviderTests
{
    [Theory]
    [InlineData("worker-answer", """{"name":"anna","scopes":["read","answer"]}""")]
    [InlineData("worker-admin", """{"name":"anna","scopes":["read","answer","admin"]}""")]
    public async Task Who_signs_in_may_do_what_the_roles_say(string role, string expected)
    {
        await using var provider = await Provider.Start(role);
        await using var review = await RunningReview.Start(options =>
            (options.Oidc.Authority, options.Oidc.ClientId) = (provider.Address, "worker"));
        var browser = new Browser(review.As(null));
        Assert.Equal("""{"link":true,"provider":true}""", (await browser.Get("/signin/ways")).Body);
        var (path, page) = await browser.Follow("/signin/provider");
        Assert.True(path == "/", $"{path}: {page}");
        Assert.Equal(expected, (await browser.Get("/api/v1/me")).Body);
    }

    [Fact]
    public async Task Who_has_no_role_here_may_nothing()
    {
        await using var provider = await Provider.Start("somebody-elses-role");
        await using var review = await RunningReview.Start(options =>
            (options.Oidc.Authority, options.Oidc.ClientId) = (provider.Address, "worker"));
        var browser = new Browser(review.As(null));
        await browser.Follow("/signin/provider");
        var (status, problem) = await browser.Get("/api/v1/me");
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("urn:worker:not-allowed", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_lets_nobody_in_is_told_on_the_page()
    {
        await using var provider = await Provider.Start(null);
        await using var review = await RunningReview.Start(options =>
            (options.Oidc.Authority, options.Oidc.ClientId) = (provider.Address, "worker"));
        var browser = new Browser(review.As(null));
        Assert.Equal("/?signin=failed", (await browser.Follow("/signin/provider")).Path);
    }

    /// <summary>Follows redirects and keeps cookies, across both hosts.</summary>
    private sealed class Browser(HttpClient client)
    {
        private readonly Dictionary<string, string> cookies = [];

        public async Task<(HttpStatusCode Status, string Body)> Get(string path)
        {
            using var response = await Ask(new Uri(client.BaseAddress!, path));
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        /// <summary>Where it ends.</summary>
        public async Task<(string Path, string Body)> Follow(string path)
        {
            var at = new Uri(client.BaseAddress!, path);
            for (var i = 0; i < 10; i++)
            {
                using var response = await Ask(at);
                if (response.Headers.Location is not { } next)
                    return (at.PathAndQuery, await response.Content.ReadAsStringAsync());
                at = new Uri(at, next);
            }
            throw new InvalidOperationException($"too many redirects, the last to {at}");
        }

        private async Task<HttpResponseMessage> Ask(Uri at)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, at);
            if (cookies.Count > 0)
                request.Headers.Add("Cookie", string.Join("; ", cookies.Select(
                    cookie => $"{cookie.Key}={cookie.Value}")));
            var response = await client.SendAsync(request);
            if (response.Headers.TryGetValues("Set-Cookie", out var set))
                foreach (var one in set)
                {
                    var (name, value) = one.Split(';')[0].Split('=', 2) is [var n, var v] ? (n, v) : (one, "");
                    if (value.Length == 0)
                        cookies.Remove(name);
                    else
                        cookies[name] = value;
                }
            return response;
        }
    }

    /// <summary>Knows one client and one person, who is signed in.</summary>
    private sealed class Provider(WebApplication app) : IAsyncDisposable
    {
        public string Address =>
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

        /// <param name="role">Of the person; null for nobody who may come in.</param>
        public static async Task<Provider> Start(string? role)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddOpenIddict().AddServer(server =>
            {
                server.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token");
                server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
                server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
                server.RegisterScopes("openid", "profile");
                // Without a database: who may ask is said here.
                server.EnableDegradedMode();
                server.AddEventHandler<OpenIddictServerEvents.ValidateAuthorizationRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        if (context.ClientId != "worker")
                            context.Reject(OpenIddictConstants.Errors.UnauthorizedClient, "not known here");
                        return default;
                    }));
                server.AddEventHandler<OpenIddictServerEvents.ValidateTokenRequestContext>(handler =>
                    handler.UseInlineHandler(_ => default));
                server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().DisableTransportSecurityRequirement();
            });
            var app = builder.Build();
            app.UseAuthentication();
            app.MapGet("/authorize", (HttpContext context) =>
            {
                var request = context.GetOpenIddictServerRequest()!;
                if (role is null)
                    return Results.Forbid(null, [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
                var identity = new ClaimsIdentity(
                    [
                        new Claim("sub", "4711"), new Claim("preferred_username", "anna"), new Claim("roles", role),
                    ], "test");
                identity.SetScopes(request.GetScopes());
                identity.SetDestinations(_ => [OpenIddictConstants.Destinations.IdentityToken]);
                return Results.SignIn(
                    new ClaimsPrincipal(identity), null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
            });
            await app.StartAsync();
            return new Provider(app);
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}
