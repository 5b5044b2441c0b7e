using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Worker.Review.Access;

/// <summary>The keys that are known.</summary>
internal sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    public IReadOnlyList<ApiKey> Keys { get; set; } = [];
}

/// <summary>Knows programs by <c>Authorization: Bearer KEY</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<ApiKeyOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<ApiKeyOptions>(options, loggers, encoder)
{
    public const string SchemeName = "key";
    private const string Bearer = "Bearer ";

    /// <summary>Whether a request names a key.</summary>
    public static bool Is(Microsoft.AspNetCore.Http.HttpRequest request) =>
        request.Headers.Authorization.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Is(Request))
            return Task.FromResult(AuthenticateResult.NoResult());
        var given = Request.Headers.Authorization.ToString()[Bearer.Length..].Trim();
        if (Options.Keys.FirstOrDefault(key => key.Is(given)) is not { } known)
            return Task.FromResult(AuthenticateResult.Fail("this key is not known"));
        var person = new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, known.Name),
                .. known.Scopes.Select(scope => new Claim(Scopes.Claim, scope)),
            ], Scheme.Name));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(person, Scheme.Name)));
    }

    /// <summary>The API answers with problem details (<see cref="Http.Problems"/>), not with a page.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = Microsoft.AspNetCore.Http.StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
