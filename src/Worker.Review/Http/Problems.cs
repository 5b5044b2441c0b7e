using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Worker.Core;
using Worker.Store.Database;
using Worker.Store.Questions;

namespace Worker.Review.Http;

/// <summary>
/// Errors as problem details (RFC 9457). <c>type</c> is <c>urn:worker:KIND</c>, which programs may rely on;
/// <c>detail</c> says what was wrong and what to do.
/// </summary>
internal sealed partial class Problems(ILogger<Problems> log) : IExceptionHandler
{
    private const int SecondsToWait = 2;
    private const string TooLarge = "the request is larger than Web:MaxBodyBytes";
    private const string MissingProperties = "missing required properties including: ";

    public async ValueTask<bool> TryHandleAsync(
        HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var (status, kind) = exception switch
        {
            BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == 413 ? "too-large" : "bad-request"),
            QuestionException { Fault: QuestionFault.Unknown } => (404, "unknown"),
            QuestionException { Fault: QuestionFault.Leased } => (409, "leased-by-others"),
            QuestionException { Fault: QuestionFault.Answered } => (409, "answered-already"),
            RefusedRequestException refused => (refused.Status, refused.Kind),
            StoreAwayException => (503, "store-away"),
            // Somebody went away, or the worker ends.
            OperationCanceledException => (503, "stopping"),
            UserFacingException => (400, "refused"),
            _ => (500, "bug"),
        };
        if (status == 503)
            context.Response.Headers.RetryAfter = $"{SecondsToWait}";
        if (status == 500)
            Bug(log, exception, context.Request.Path);
        await Write(context, status, kind, status == 500
            ? "an unexpected error; the worker's log has it: please report it"
            : Detail(exception));
        return true;
    }

    public static Task Write(HttpContext context, int status, string kind, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new ProblemDetails { Type = $"urn:worker:{kind}", Title = Title(status), Status = status, Detail = detail },
            options: null, "application/problem+json", context.RequestAborted);
    }

    /// <summary>For a status that nothing has explained yet.</summary>
    public static Task Explain(StatusCodeContext context)
    {
        var http = context.HttpContext;
        return http.Response.StatusCode switch
        {
            401 => Write(http, 401, "signed-out", "nobody is signed in: sign in, or send Authorization: Bearer KEY"),
            403 => Write(
                http, 403, "not-allowed",
                "this person or key may not do that: docs/review.md says what each scope allows"),
            404 => Write(
                http, 404, "unknown", $"there is nothing at {http.Request.Path}: /openapi/v1.json lists what there is"),
            405 => Write(http, 405, "wrong-method", $"{http.Request.Method} is not understood at {http.Request.Path}"),
            413 => Write(http, 413, "too-large", TooLarge),
            415 => Write(http, 415, "wrong-type", "send the body as application/json"),
            var status => Write(http, status, "refused", Title(status)),
        };
    }

    private static string Detail(Exception exception) => exception switch
    {
        // Its own message names a parameter of the code; the reason is inside.
        BadHttpRequestException { InnerException: JsonException json } => "the body is not what is expected here: " +
            (json.Path is { Length: > 1 } path ? $"{path} " : "") + Reason(json),
        BadHttpRequestException { StatusCode: 413 } => TooLarge,
        OperationCanceledException => "the worker is stopping: try again",
        _ => exception.Message,
    };

    private static string Reason(JsonException json)
    {
        const string schema = "/openapi/v1.json has the schema";
        // The library says which properties only in its own words.
        if (json.Message.Split(MissingProperties) is [_, var missing])
            return $"lacks {missing.Split('.')[0]}: {schema}";
        return json.LineNumber is { } line
            ? $"cannot be read (line {line + 1}, byte {json.BytePositionInLine + 1}): {schema}"
            : $"cannot be read: {schema}";
    }

    private static string Title(int status) =>
        Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase
            ? phrase : $"Status {status}";

    [LoggerMessage(Level = LogLevel.Error, Message = "Unexpected error at {Path}; please report it")]
    private static partial void Bug(ILogger log, Exception error, string path);
}

/// <summary>A request cannot be done. The message says why and what to do.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="kind">The problem's kind.</param>
internal sealed class RefusedRequestException(int status, string kind, string message) : UserFacingException(message)
{
    public int Status => status;

    public string Kind => kind;
}
