using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Classifying;

/// <summary>Heads for people who have none yet: trained on the sample inbox in seconds, the first time.</summary>
internal static class SampleHeads
{
    private const string Own = "train your own with 'worker train --data FILE --out heads.jsonl'";

    /// <summary>
    /// The kept heads; or heads that are trained now and kept for the next time. A line on standard error says which.
    /// </summary>
    public static IReadOnlyList<Head> Find(LoadedEncoder loaded, CancellationToken stop)
    {
        var cache = new SampleHeadCache(loaded.Encoder.Hash, loaded.Encoder.Description, Checkout.Inbox("train"));
        if (cache.Find() is { } kept)
        {
            Remarks.Write($"no --heads: using {kept.Count} trained earlier on the sample inbox ({cache.Place}); {Own}");
            return kept;
        }
        var data = Checkout.InboxData("train");
        var place = cache.Place is null ? "" : $", and keeping them ({cache.Place})";
        Remarks.Write(
            $"no --heads: training {data.Labels.Length} on the sample inbox, {data.Texts.Count:N0} messages of a " +
            $"shop{place}; {Own}");
        var plan = new TrainingPlan { Exclusive = ExclusiveGroups.None, Quiet = true };
        var heads = TextTraining.Train(loaded, data, plan, stop).Heads;
        if (cache.Place is not null && !cache.TryKeep(heads))
            Remarks.Write($"the heads could not be kept: cannot write to {Path.GetDirectoryName(cache.Place)}");
        return heads;
    }
}
