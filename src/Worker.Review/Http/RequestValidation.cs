using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;

namespace Worker.Review.Http;

/// <summary>Holds bodies against what their contracts allow, before an endpoint sees them.</summary>
internal sealed class RequestValidation : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var argument in context.Arguments)
            if (argument?.GetType().Name.EndsWith("Request", StringComparison.Ordinal) == true
                && argument is not HttpRequest)
                Check(argument);
        return next(context);
    }

    private static void Check(object body)
    {
        var found = new List<ValidationResult>();
        if (!Validator.TryValidateObject(body, new ValidationContext(body), found, validateAllProperties: true))
            throw new RefusedRequestException(
                400, "bad-request", string.Join(" ", found.Select(one => one.ErrorMessage)));
    }
}
