using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>Keeps heads of one encoder from being published among those of another.</summary>
internal static class EncoderGuard
{
    /// <summary>Checks what is to be published against what the topic holds.</summary>
    /// <param name="what">What it comes from, for errors: a file, a version.</param>
    /// <param name="heads">To be published.</param>
    /// <param name="reference">The anomaly reference to be published with them; null for none.</param>
    /// <param name="topic">What is there.</param>
    /// <exception cref="UserError">There are heads on the topic, and none of them for the encoder of one of these; or
    /// these are for several encoders.</exception>
    public static void Check(string what, IReadOnlyList<Head> heads, PublishedReference? reference, TopicHeads topic)
    {
        var given = heads.Select(head => head.Encoder).Concat(reference is null ? [] : [reference.Encoder])
            .Distinct(StringComparer.Ordinal).ToList();
        var there = topic.Heads.Select(head => head.Encoder).Distinct(StringComparer.Ordinal).ToList();
        if (given.Count > 1)
            throw new UserError($"{what} is for {Names(given)}, and a worker has one encoder: it would refuse the " +
                "rest\n" +
                "  what to do: publish one encoder's heads and their anomaly reference; --force publishes all");
        if (there.Count == 0 || given.All(encoder => there.Contains(encoder, StringComparer.Ordinal)))
            return;
        throw new UserError(
            $"{what} is for {Names(given)}, the {topic.Heads.Count} heads on topic '{topic.Topic}' are for " +
            $"{Names(there)}: running workers would refuse what is published, and after a restart have no heads for " +
            "these labels; workers of the new encoder would have no others\n" +
            "  what to do: train on the topic's encoder ('worker train --model …'); or to change the encoder, " +
            "publish to a topic of its own (Kafka:Topics:Heads) and start workers with that topic and encoder; " +
            "--force publishes them here");
    }

    private static string Names(List<string> hashes) =>
        (hashes.Count == 1 ? "encoder " : "encoders ") + string.Join(", ", hashes.Select(EncoderHash.Short));
}
