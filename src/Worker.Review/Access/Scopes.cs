using System.Security.Claims;

namespace Worker.Review.Access;

/// <summary>What somebody may do. Each includes those before it.</summary>
internal static class Scopes
{
    /// <summary>Look at questions, heads and figures; classify texts.</summary>
    public const string Read = "read";

    /// <summary>Answer questions.</summary>
    public const string Answer = "answer";

    /// <summary>Promote heads and roll them back.</summary>
    public const string Admin = "admin";

    /// <summary>The claim that names a scope.</summary>
    public const string Claim = "scope";

    /// <summary>From the least to the most.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Answer, Admin];

    /// <summary>Whether somebody has a scope, or one that includes it.</summary>
    public static bool Has(ClaimsPrincipal person, string scope) =>
        All.SkipWhile(one => one != scope).Any(one => person.HasClaim(Claim, one));

    /// <summary>All that somebody may do.</summary>
    public static IReadOnlyList<string> Of(ClaimsPrincipal person) => [.. All.Where(scope => Has(person, scope))];
}
