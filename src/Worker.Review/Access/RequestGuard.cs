using Microsoft.AspNetCore.Http;

namespace Worker.Review.Access;

/// <summary>
/// Refuses requests that another site's page may have made a browser send with the person's cookie. Whatever changes
/// something needs the header <see cref="Header"/>, which a browser sends to another origin only after asking, and it
/// is never allowed (OWASP's custom request header).
/// </summary>
internal static class RequestGuard
{
    public const string Header = "X-Worker-Page";

    /// <summary>Whether a request changes something and may come from elsewhere.</summary>
    public static bool IsForeign(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || ApiKeyHandler.Is(request))
            return false;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return !request.Headers.ContainsKey(Header) || site is not ("" or "same-origin" or "none");
    }
}
