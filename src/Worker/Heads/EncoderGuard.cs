using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>Prevents heads of one encoder from being published among those of another.</summary>
internal static class EncoderGuard
{
    /// <summary>Checks heads that are to be published against those on the topic.</summary>
    /// <param name="what">Where the heads come from, for error messages: a file, a version.</param>
    /// <param name="heads">The heads to be published.</param>
    /// <param name="reference">The anomaly reference to be published with them; null for none.</param>
    /// <param name="topic">The heads that are there.</param>
    /// <exception cref="UserError">The topic has heads, but none for the encoder of one of these; or these are for
    /// several encoders.</exception>
    public static void Check(string what, IReadOnlyList<Head> heads, PublishedReference? reference, TopicHeads topic)
    {
        var given = heads.Select(head => head.Encoder).Concat(reference is null ? [] : [reference.Encoder])
            .Distinct(StringComparer.Ordinal).ToList();
        var there = topic.Heads.Select(head => head.Encoder).Distinct(StringComparer.Ordinal).ToList();
        if (given.Count > 1)
            throw new UserError($"{what} is for {Names(given)}, and a worker has only one encoder: it would refuse " +
                "the rest\n  what to do: publish one encoder's heads and their anomaly reference; --force publishes " +
                "all");
        if (there.Count == 0 || given.All(encoder => there.Contains(encoder, StringComparer.Ordinal)))
            return;
        throw new UserError(
            $"{what} is for {Names(given)}, the {topic.Heads.Count} heads on topic '{topic.Topic}' are for " +
            $"{Names(there)}: running workers would refuse these heads, and would have none for these labels after a " +
            "restart; workers with the new encoder would have no other heads\n  what to do: train on the topic's " +
            "encoder ('worker train --model …'); or to change the encoder, publish to a separate topic " +
            "(Kafka:Topics:Heads) and start workers with that topic and encoder; --force publishes them here");
    }

    private static string Names(List<string> hashes) =>
        (hashes.Count == 1 ? "encoder " : "encoders ") + string.Join(", ", hashes.Select(EncoderHash.Short));
}
