using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Worker.Review.Access;
using Worker.Review.Http;
using Worker.Store.Questions;

namespace Worker.Review.Models;

/// <summary>Classifying, heads and learning, over HTTP.</summary>
internal static class ModelEndpoints
{
    private const int MaximumSimilar = 100;

    public static void Map(RouteGroupBuilder api, ReviewParts parts)
    {
        var (scorer, models, log) = (parts.Scorer, parts.Models, parts.Store.ActionLog);
        api.MapPost("/classify", async Task<Ok<ClassifyView>> (ClassifyRequest request, CancellationToken stop) =>
                TypedResults.Ok(await scorer.Score(request.Texts, stop)))
            .WithName("classify").WithTags("Classify").Needs(Scopes.Read)
            .WithSummary("Classifies texts now")
            .WithDescription("As the stream does, with the heads in use. Nobody is asked about these texts.");
        var heads = api.MapGroup("").WithTags("Heads");
        heads.MapGet("/heads", Ok<IReadOnlyList<HeadView>> () => TypedResults.Ok(models.InUse()))
            .WithName("heads").Needs(Scopes.Read).WithSummary("Heads in use");
        heads.MapGet("/heads/{label}/versions", Ok<IReadOnlyList<HeadVersionView>> (string label) =>
                TypedResults.Ok(models.History(label)))
            .WithName("versions").Needs(Scopes.Read).NotThere()
            .WithSummary("Heads that were made of a label's answers, newest first, and why each was promoted or not");
        heads.MapGet("/heads/{label}/versions/{version}/curves", Ok<HeadCurvesView> (string label, int version) =>
                TypedResults.Ok(models.Curves(label, version)))
            .WithName("curves").Needs(Scopes.Read).NotThere()
            .WithSummary("How a head does on answered texts that it was not fitted on");
        heads.MapPost("/heads/{label}/promote", async Task<Ok<DoneView>> (
                ClaimsPrincipal who, string label, HeadChoiceRequest request, CancellationToken stop) =>
            {
                var why = request.Why is { Length: > 0 } reason ? reason : throw new RefusedRequestException(
                    400, "bad-request", "why is empty: say why, for the history");
                var done = await models.Promote(label, request.Version, who.Name(), why, stop);
                log.Add(who.Name(), "promote", label, $"{done}: {why}");
                return TypedResults.Ok(new DoneView(done));
            })
            .WithName("promote").Needs(Scopes.Admin).NotThere()
            .WithSummary("Puts a head that the gate kept or dropped into use");
        heads.MapPost("/heads/{label}/rollback", async Task<Ok<DoneView>> (
                ClaimsPrincipal who, string label, HeadChoiceRequest request, CancellationToken stop) =>
            {
                var done = await models.RollBack(label, request.Version, stop);
                log.Add(who.Name(), "roll back", label, $"{done}: {request.Why}");
                return TypedResults.Ok(new DoneView(done));
            })
            .WithName("rollback").Needs(Scopes.Admin).NotThere()
            .WithSummary("Puts an earlier head into use again, while the heads topic has it");
        heads.MapPost("/heads/{label}/train", Accepted (ClaimsPrincipal who, string label) =>
            {
                models.Train(label);
                log.Add(who.Name(), "train", label, "");
                return TypedResults.Accepted((string?)null);
            })
            .WithName("train").Needs(Scopes.Admin).NotThere()
            .WithSummary("Has a label trained as soon as a learner is free");
        var learning = api.MapGroup("").WithTags("Learning");
        learning.MapGet("/learning", Ok<IReadOnlyList<LearningView>> () => TypedResults.Ok(models.Learning()))
            .WithName("learning").Needs(Scopes.Read).WithSummary("How learning stands, label by label");
        learning.MapGet("/labels", Ok<IReadOnlyList<KnownLabelView>> () => TypedResults.Ok(models.Labels()))
            .WithName("labels").Needs(Scopes.Read).WithSummary("Labels that can be answered");
        api.MapGet("/live", Ok<LiveView> () => TypedResults.Ok(parts.Live.Now()))
            .WithName("live").WithTags("Stream").Needs(Scopes.Read).WithSummary("How the stream does now");
        api.MapGet("/items/{id}/similar", Ok<SimilarView> (
                long id, [Description("1 to 100.")][Range(1, MaximumSimilar)] int count = 10) =>
                TypedResults.Ok(parts.Similar.Like(id, count is >= 1 and <= MaximumSimilar ? count
                    : throw new RefusedRequestException(
                        400, "bad-request", $"count is {count}: it must be from 1 to {MaximumSimilar}"))))
            .WithName("similar").WithTags("Questions").Needs(Scopes.Read).NotThere()
            .WithSummary("Open questions whose texts are most like a question's");
        learning.MapGet("/log", Ok<IReadOnlyList<ActionEntry>> () => TypedResults.Ok(log.Newest(200)))
            .WithName("log").Needs(Scopes.Admin).WithSummary("Who promoted heads and rolled them back, newest first");
    }
}
