using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Worker.Review.Http;

namespace Worker.Review.Access;

/// <summary>Who asks.</summary>
internal sealed record PersonView(
    [property: Description("Under this name answers are kept.")] string Name,
    [property: Description("What this person or key may do: read, answer, admin.")] IReadOnlyList<string> Scopes);

/// <summary>GET /me.</summary>
internal static class PersonEndpoint
{
    public static void Map(RouteGroupBuilder api) => api
        .MapGet("/me", Ok<PersonView> (ClaimsPrincipal who) =>
            TypedResults.Ok(new PersonView(who.Name(), Scopes.Of(who))))
        .WithName("me").WithTags("Access").Needs(Scopes.Read).WithSummary("Who asks, and what they may do");
}
