using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Worker.Review.Http;

namespace Worker.Review.Access;

/// <summary>How somebody can sign in here.</summary>
/// <param name="Link">By the link in the worker's log.</param>
/// <param name="Provider">At an OpenID Connect provider.</param>
internal sealed record SignInWays(bool Link, bool Provider);

/// <summary>GET /signin?token=... and /signin/provider come in, POST /signout goes out.</summary>
internal static partial class SignIn
{
    private const string Cookie = CookieAuthenticationDefaults.AuthenticationScheme;

    /// <param name="log">Where links are written.</param>
    public static void Map(WebApplication app, WebOptions options, Func<string> address, ILogger log)
    {
        var (isLocal, links) = (AccessSetup.IsLocal(options), (LoginLinks)app.Services.GetService(typeof(LoginLinks))!);
        app.MapGet("/signin/ways", () => new SignInWays(isLocal, options.Oidc.IsOn)).ExcludeFromDescription();
        app.MapPost("/signout", async (HttpContext context) =>
        {
            await context.SignOutAsync(Cookie);
            return Results.NoContent();
        }).ExcludeFromDescription();
        if (options.Oidc.IsOn)
            app.MapGet("/signin/provider", () => Results.Challenge(
                new AuthenticationProperties { RedirectUri = "/" }, [OpenIdConnectDefaults.AuthenticationScheme]))
                .ExcludeFromDescription().RequireRateLimiting(RateLimits.PerAddress);
        if (!isLocal)
            return;
        app.MapGet("/signin", async (HttpContext context, string? token) =>
        {
            if (token is null || !links.Use(token))
            {
                Link(log, $"{address()}/signin?token={links.Next()}");
                return Results.Redirect("/?signin=expired");
            }
            var name = options.Person.Length > 0 ? options.Person : Environment.UserName;
            await context.SignInAsync(Cookie, Person(name, Scopes.All));
            return Results.Redirect("/");
        }).ExcludeFromDescription().RequireRateLimiting(RateLimits.PerAddress);
    }

    /// <summary>Says in the log how to come in, where the page is for this machine alone.</summary>
    public static void SayLink(WebApplication app, string address, ILogger log) =>
        Link(log, $"{address}/signin?token={((LoginLinks)app.Services.GetService(typeof(LoginLinks))!).Next()}");

    /// <summary>Somebody with scopes.</summary>
    internal static ClaimsPrincipal Person(string name, IEnumerable<string> scopes) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.Name, name), .. scopes.Select(scope => new Claim(Scopes.Claim, scope))], Cookie));

    [LoggerMessage(Level = LogLevel.Information, Message = "Review page, for one use of this link: {Link}")]
    private static partial void Link(ILogger log, string link);
}
