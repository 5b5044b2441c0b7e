using Worker.Core.Features;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Store;
using Worker.Store.Database;

namespace Worker.Diagnosing;

/// <summary>What a learner needs beside Kafka: settings that go together, and its store.</summary>
internal static class LearnerChecks
{
    /// <summary>Settings that contradict each other; a single ok if none do.</summary>
    /// <param name="options">As configured.</param>
    /// <param name="encoder">The encoder of workers with these settings; null if it cannot be loaded.</param>
    /// <param name="classifies">Whether the same process classifies.</param>
    public static IEnumerable<Finding> Settings(RunOptions options, LoadedEncoder? encoder, bool classifies)
    {
        var (learn, any) = (options.Learn, false);
        foreach (var finding in All())
        {
            any = true;
            yield return finding;
        }
        if (!any)
            yield return Finding.Ok("learning", "its settings go together");

        IEnumerable<Finding> All()
        {
            if (2L * learn.PromotionAnswers > learn.Examples)
                yield return Finding.Failed(
                    "learning", $"no head can ever be promoted: Learn:PromotionAnswers asks for " +
                        $"{learn.PromotionAnswers} answers of each kind, Learn:Examples keeps {learn.Examples}",
                    "lower Learn:PromotionAnswers, or raise Learn:Examples");
            if (options.Heads.Source == HeadsSource.File)
                yield return Finding.Warning(
                    "learning", "Heads:Source is File: " + (classifies
                        ? "this worker never uses what it learns"
                        : "workers with this setting never use what is learnt"),
                    "set Heads:Source to Topic for workers that should");
            if (encoder is not null && !Serves(encoder, learn.Feature))
                yield return Finding.Warning(
                    "learning", $"Learn:Feature is {learn.Feature}: workers whose encoder returns " +
                        $"{encoder.Encoder.Features} refuse such heads",
                    "give workers that feature (Encoder:Features), or learn on one that they have");
            if (options.Store is { Postgres.Length: 0, Path: ":memory:" })
                yield return Finding.Warning(
                    "learning", "Store:Path is :memory:: answers are gone after a restart, and are read again only " +
                        "as far as the labels topic still has them", "name a file, or Store:Postgres");
        }
    }

    /// <summary>Whether the store can be used.</summary>
    public static Finding Store(StoreOptions options)
    {
        StoreFacts facts;
        try
        {
            facts = StoreInspection.Of(options);
        }
        catch (StoreException refused)
        {
            return Finding.Failed("store", refused.Message, "check Store:Path or Store:Postgres, and the database");
        }
        return facts switch
        {
            { Refusal: { } refusal } => Finding.Failed(
                "store", $"{facts.Description}: {refusal}", "grant it, or name another store"),
            { Schema: 0 } => Finding.Ok(
                "store", $"{facts.Description} is not there yet: the first learner makes it"),
            _ when facts.Schema > facts.Known => Finding.Failed(
                "store", $"{facts.Description} was written by a newer version (schema {facts.Schema}, this one knows " +
                    $"{facts.Known})", "deploy that version or a newer one"),
            _ when facts.Schema < facts.Known => Finding.Warning(
                "store", $"{facts.Description} has schema {facts.Schema}: the first learner of this version brings " +
                    $"it to {facts.Known}, and older ones refuse it from then on", "update all learners together"),
            _ => Finding.Ok("store", $"{facts.Description}, schema {facts.Schema}, may be read and written"),
        };
    }

    private static bool Serves(LoadedEncoder encoder, string feature)
    {
        try
        {
            return encoder.Encoder.Features.Resolve(FeatureNames.Canonical(feature, encoder.Bundle.Layers)) is not null;
        }
        catch (UnknownFeatureException)
        {
            return false;
        }
    }
}
