using System.Globalization;

namespace Worker.Replaying;

/// <summary>What became of a dead letter in a replay.</summary>
internal enum ReplayOutcome
{
    Sent,
    WouldBeSent,
    NotSelected,
    OverLimit,
    ReplayedBefore,
    TriedTooOften,
    Gone,
    TooLarge,
    NoTopic,
    NoDeadLetter,
}

/// <summary>Counts what became of the dead letters, by kind and original topic. One writer.</summary>
internal sealed class ReplayReport
{
    private readonly Dictionary<(string Kind, string Topic, ReplayOutcome Outcome), long> counts = [];

    /// <summary>Dead letters read.</summary>
    public long Read => counts.Values.Sum();

    /// <summary>
    /// Whether a selected dead letter could not be sent, but could be after a person has fixed the problem.
    /// </summary>
    public bool HasFailures => Of(ReplayOutcome.Gone) + Of(ReplayOutcome.TooLarge) + Of(ReplayOutcome.NoTopic) > 0;

    public void Count(string kind, string topic, ReplayOutcome outcome)
    {
        counts.TryGetValue((kind, topic, outcome), out var count);
        counts[(kind, topic, outcome)] = count + 1;
    }

    /// <summary>How many had this outcome.</summary>
    public long Of(ReplayOutcome outcome) => counts.Where(c => c.Key.Outcome == outcome).Sum(c => c.Value);

    /// <summary>One line for each kind, topic and outcome, then advice about the outcomes.</summary>
    public void Write(TextWriter output, ReplayOptions options)
    {
        var topicWidth = Math.Max(14, counts.Keys.Select(c => c.Topic.Length).DefaultIfEmpty().Max());
        output.WriteLine($"{"kind",-16} {"original topic".PadRight(topicWidth)} {"count",10}  outcome");
        foreach (var ((kind, topic, outcome), count) in counts.OrderBy(c => c.Key.Outcome)
            .ThenBy(c => c.Key.Kind, StringComparer.Ordinal).ThenBy(c => c.Key.Topic, StringComparer.Ordinal))
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{kind,-16} {topic.PadRight(topicWidth)} {count,10:N0}  {Words(outcome)}"));
        var (sent, words) = options.DryRun
            ? (Of(ReplayOutcome.WouldBeSent), "would be sent")
            : (Of(ReplayOutcome.Sent), "sent");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Read:N0} dead letters read; {sent:N0} {words} to {options.To ?? "their original topics"}"));
        Advise(output, ReplayOutcome.TriedTooOften,
            $"were tried {options.MaxAttempts} times or more: fix the cause, then raise --max-attempts");
        Advise(output, ReplayOutcome.Gone,
            "were too large to be kept whole, and the original is no longer in its topic");
        Advise(output, ReplayOutcome.TooLarge,
            "are larger than their topic takes: raise its max.message.bytes and Kafka:MessageMaxBytes");
        Advise(output, ReplayOutcome.NoTopic, "have no topic to go to: create it, or name another with --to");
        Advise(output, ReplayOutcome.NoDeadLetter, "are not dead letters of a worker: left alone");
    }

    private void Advise(TextWriter output, ReplayOutcome outcome, string advice)
    {
        if (Of(outcome) is > 0 and var count)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} {advice}"));
    }

    private static string Words(ReplayOutcome outcome) => outcome switch
    {
        ReplayOutcome.Sent => "sent",
        ReplayOutcome.WouldBeSent => "would be sent",
        ReplayOutcome.NotSelected => "not selected",
        ReplayOutcome.OverLimit => "over --limit",
        ReplayOutcome.ReplayedBefore => "sent by an earlier replay",
        ReplayOutcome.TriedTooOften => "tried too often",
        ReplayOutcome.Gone => "original gone",
        ReplayOutcome.TooLarge => "too large",
        ReplayOutcome.NoTopic => "topic missing",
        _ => "not a dead letter",
    };
}
