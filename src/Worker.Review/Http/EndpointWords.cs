using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Worker.Review.Http;

/// <summary>What endpoints say of themselves in the API's description.</summary>
internal static class EndpointWords
{
    /// <summary>Who asks; empty for nobody.</summary>
    public static string Name(this ClaimsPrincipal who) => who.Identity?.Name ?? "";

    /// <summary>Which scope it takes; and what any endpoint may answer.</summary>
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder endpoint, string scope) => endpoint
        .RequireAuthorization(scope)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>It may be about something that is not there.</summary>
    public static RouteHandlerBuilder NotThere(this RouteHandlerBuilder endpoint) =>
        endpoint.ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>Somebody else may have been faster.</summary>
    public static RouteHandlerBuilder Taken(this RouteHandlerBuilder endpoint) =>
        endpoint.ProducesProblem(StatusCodes.Status409Conflict);
}
