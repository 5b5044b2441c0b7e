using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Worker.Review.Http;
using Worker.Store;

namespace Worker.Review.Access;

/// <summary>Who somebody is (a cookie after signing in, or a key), and what that allows.</summary>
internal static class AccessSetup
{
    private const string Any = "any";
    private static readonly TimeSpan SessionLasts = TimeSpan.FromHours(12);

    /// <exception cref="WebSettingException">Anybody could come in, or a setting is wrong.</exception>
    public static void Check(WebOptions options)
    {
        if (!IPAddress.TryParse(options.Address, out var address))
            throw new WebSettingException($"Web:Address: '{options.Address}' is no IP address: write e.g. 127.0.0.1");
        foreach (var line in options.ApiKeys)
            ApiKey.Parse(line);
        if (!IPAddress.IsLoopback(address) && options.ApiKeys.Length == 0 && !options.Oidc.IsOn)
            throw new WebSettingException(
                $"Web:Address: {options.Address} can be reached from other machines, and nobody would be asked who " +
                "they are: set Web:Oidc:Authority (people) or Web:ApiKeys (programs), or listen on 127.0.0.1");
        if (options.Oidc.IsOn && options.Oidc.ClientId.Length == 0)
            throw new WebSettingException(
                "Web:Oidc:ClientId: is required with Web:Oidc:Authority: the provider gives it to this page");
    }

    /// <summary>Whether the page is for this machine alone.</summary>
    public static bool IsLocal(WebOptions options) => IPAddress.IsLoopback(IPAddress.Parse(options.Address));

    public static void Add(IServiceCollection services, WebOptions options, LearningStore store)
    {
        services.AddSingleton<LoginLinks>();
        // Sessions outlive a restart, and every replica knows them.
        services.AddDataProtection().SetApplicationName("worker");
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new StoredKeys(store));
        var authentication = services.AddAuthentication(Any)
            .AddPolicyScheme(Any, null, any => any.ForwardDefaultSelector = context =>
                ApiKeyHandler.Is(context.Request)
                    ? ApiKeyHandler.SchemeName
                    : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<ApiKeyOptions, ApiKeyHandler>(
                ApiKeyHandler.SchemeName, keys => keys.Keys = [.. options.ApiKeys.Select(ApiKey.Parse)])
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = "worker-session";
                cookie.Cookie.HttpOnly = true;
                // Strict would leave it out of the redirect that comes back from a provider.
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.SecurePolicy = IsLocal(options)
                    ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
                cookie.ExpireTimeSpan = SessionLasts;
                cookie.SlidingExpiration = true;
                cookie.Events.OnRedirectToLogin = context => Refuse(context.Response, 401);
                cookie.Events.OnRedirectToAccessDenied = context => Refuse(context.Response, 403);
            });
        if (options.Oidc.IsOn)
            authentication.AddOpenIdConnect(provider => Provider(provider, options));
        var policies = services.AddAuthorizationBuilder();
        foreach (var scope in Scopes.All)
            policies.AddPolicy(scope, policy => policy.RequireAuthenticatedUser()
                .RequireAssertion(context => Scopes.Has(context.User, scope)));
    }

    /// <summary>Requests that another site's page may have sent are refused.</summary>
    public static void UseGuard(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (RequestGuard.IsForeign(context.Request))
        {
            await Problems.Write(context, 403, "foreign-request",
                $"the request may come from another site's page: send the header {RequestGuard.Header}: 1, or an " +
                "API key");
            return;
        }
        await next(context);
    });

    private static Task Refuse(HttpResponse response, int status)
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static void Provider(OpenIdConnectOptions provider, WebOptions options)
    {
        var oidc = options.Oidc;
        (provider.Authority, provider.ClientId, provider.ClientSecret) =
            (oidc.Authority, oidc.ClientId, oidc.ClientSecret.Length > 0 ? oidc.ClientSecret : null);
        provider.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        provider.ResponseType = "code";
        // By a redirect: a form that another site posts would come without the cookies that it is checked against.
        provider.ResponseMode = "query";
        provider.CorrelationCookie.SameSite = provider.NonceCookie.SameSite = SameSiteMode.Lax;
        provider.UsePkce = true;
        provider.MapInboundClaims = false;
        provider.GetClaimsFromUserInfoEndpoint = true;
        provider.CallbackPath = "/signin/callback";
        provider.RequireHttpsMetadata = !new Uri(oidc.Authority).IsLoopback;
        provider.TokenValidationParameters.NameClaimType = "preferred_username";
        provider.ClaimActions.MapJsonKey(oidc.RolesClaim, oidc.RolesClaim);
        provider.ClaimActions.MapJsonKey("preferred_username", "preferred_username");
        provider.Events.OnTicketReceived = context =>
        {
            context.Principal = Person(context.Principal!, oidc);
            return Task.CompletedTask;
        };
        provider.Events.OnRemoteFailure = context =>
        {
            context.HandleResponse();
            context.Response.Redirect("/?signin=failed");
            return Task.CompletedTask;
        };
    }

    /// <summary>Who signed in, with what the roles allow and nothing else: the cookie stays small.</summary>
    private static ClaimsPrincipal Person(ClaimsPrincipal signedIn, OidcOptions oidc)
    {
        var name = signedIn.FindFirst("preferred_username")?.Value ?? signedIn.FindFirst("email")?.Value
            ?? signedIn.FindFirst("sub")?.Value ?? "";
        var roles = signedIn.FindAll(oidc.RolesClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        return SignIn.Person(name,
        [
            .. new[] { (oidc.ReadRole, Scopes.Read), (oidc.AnswerRole, Scopes.Answer), (oidc.AdminRole, Scopes.Admin) }
                .Where(pair => roles.Contains(pair.Item1)).Select(pair => pair.Item2),
        ]);
    }
}
