using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Worker.Review.Http;

/// <summary>How often somebody may ask.</summary>
internal static class RateLimits
{
    /// <summary>Policy of signing in: tries to guess a token must not be cheap.</summary>
    public const string PerAddress = "per-address";

    private const int TriesPerMinute = 20;

    public static void Add(IServiceCollection services, WebOptions options) => services.AddRateLimiter(limits =>
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = async (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            await Problems.Write(context.HttpContext, 429, "too-often",
                $"more requests than {options.RequestsPerSecond} a second (Web:RequestsPerSecond): wait a moment");
        };
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            RateLimitPartition.GetTokenBucketLimiter(Who(context), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.RequestsPerSecond * 2,
                TokensPerPeriod = options.RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
        limits.AddPolicy(PerAddress, context => RateLimitPartition.GetFixedWindowLimiter(
            Address(context), _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = TriesPerMinute,
                Window = TimeSpan.FromMinutes(1),
                QueueLimit = 0,
            }));
    });

    private static string Who(HttpContext context) => context.User.Identity?.Name is { Length: > 0 } name
        ? $"person {name}" : $"address {Address(context)}";

    private static string Address(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";
}
