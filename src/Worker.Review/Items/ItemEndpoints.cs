using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Worker.Review.Access;
using Worker.Review.Http;

namespace Worker.Review.Items;

/// <summary>The queue of questions, over HTTP.</summary>
internal static class ItemEndpoints
{
    private const string KeyHelp =
        "Tells requests apart: one that is sent again with the same key counts once. It becomes the id of the label " +
        "event. Make a random one for each answer; up to 150 of the characters A-Z, a-z, 0-9, '.', '_', ':' and '-'.";

    private const int MaximumKey = 150;

    public static void Map(RouteGroupBuilder api, ReviewDesk desk)
    {
        var items = api.MapGroup("").WithTags("Questions");
        items.MapPost("/lease", Ok<LeaseView> (ClaimsPrincipal who, LeaseRequest request) =>
                TypedResults.Ok(desk.Lease(who.Name(), request)))
            .WithName("lease").Needs(Scopes.Answer)
            .WithSummary("Makes a seat have some questions")
            .WithDescription("Those that it has, and the most urgent free ones. They are its own for lease_seconds.");
        items.MapDelete("/lease/{seat}", NoContent (ClaimsPrincipal who, string seat) =>
            {
                desk.Release(who.Name(), seat);
                return TypedResults.NoContent();
            })
            .WithName("release").Needs(Scopes.Answer).WithSummary("Gives back all that a seat has");
        items.MapGet("/items/{id}", Ok<ReviewItemView> (
                long id, [Description("Whether scores are left out.")] bool blind = false) =>
                TypedResults.Ok(desk.Find(id, blind)))
            .WithName("item").Needs(Scopes.Read).NotThere().WithSummary("One question");
        items.MapPost("/items/{id}/answer", Ok<AnswerView> (
                ClaimsPrincipal who, long id,
                [FromHeader(Name = "Idempotency-Key"), Description(KeyHelp)] string? key, AnswerRequest request) =>
                TypedResults.Ok(desk.Answer(who.Name(), Key(key), id, request)))
            .WithName("answer").Needs(Scopes.Answer).NotThere().Taken()
            .WithSummary("Answers a question")
            .WithDescription("The answer goes to the labels topic, once, however often it is sent.");
        items.MapPost("/items/{id}/skip", Ok<AnswerView> (
                ClaimsPrincipal who, long id,
                [FromHeader(Name = "Idempotency-Key"), Description(KeyHelp)] string? key, SkipRequest request) =>
                TypedResults.Ok(desk.Skip(who.Name(), Key(key), id, request)))
            .WithName("skip").Needs(Scopes.Answer).NotThere().Taken()
            .WithSummary("Gives a question back unanswered")
            .WithDescription("Others get it; this person is not asked again.");
        items.MapPost("/bulk", Ok<BulkView> (
                ClaimsPrincipal who, [FromHeader(Name = "Idempotency-Key"), Description(KeyHelp)] string? key,
                BulkRequest request) => TypedResults.Ok(desk.Bulk(who.Name(), Key(key), request)))
            .WithName("bulk").Needs(Scopes.Answer)
            .WithSummary("Answers several questions alike")
            .WithDescription("Some of them are asked of somebody else again, one by one and without scores. The " +
                "answer to question 7 gets the key 'KEY:7', under which it can be taken back.");
        items.MapPost("/undo", Ok<UndoView> (ClaimsPrincipal who, UndoRequest request) =>
                TypedResults.Ok(desk.Undo(who.Name(), null, request)))
            .WithName("undo").Needs(Scopes.Answer)
            .WithSummary("Takes this person's last response back")
            .WithDescription("An answer is withdrawn by another event on the labels topic. Any number can be taken " +
                "back, one after the other.");
        items.MapPost("/answers/{key}/undo", Ok<UndoView> (ClaimsPrincipal who, string key, UndoRequest request) =>
                TypedResults.Ok(desk.Undo(who.Name(), Key(key), request)))
            .WithName("undoAnswer").Needs(Scopes.Answer).NotThere()
            .WithSummary("Takes a response back");
        items.MapGet("/progress", Ok<ProgressView> (ClaimsPrincipal who) =>
                TypedResults.Ok(desk.Progress(who.Name())))
            .WithName("progress").Needs(Scopes.Read).WithSummary("How far reviewing has come");
    }

    private static string Key(string? key) =>
        key is { Length: > 0 and <= MaximumKey } && key.All(character =>
            char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or ':' or '-')
            ? key
            : throw new RefusedRequestException(400, "bad-request",
                $"the key (header Idempotency-Key) is not 1 to {MaximumKey} of the characters A-Z, a-z, 0-9, '.', " +
                "'_', ':' and '-'");
}
