using System.Text;
using Worker.Core.Heads;
using Worker.Learning.Promoting;
using Worker.Store.Heads;
using Worker.Store.Sending;

namespace Worker.Learner;

/// <summary>A new head, and what the gate's verdict makes of it.</summary>
/// <param name="Head">As it is written down: of a canary with its share.</param>
/// <param name="Verdict">As it is written down.</param>
internal sealed record HeadDecision(Head Head, HeadState State, string Verdict)
{
    /// <param name="made">How the head was made; null for a refit that was asked for.</param>
    /// <param name="inUse">The head that it was judged against; null for none.</param>
    /// <param name="share">Of messages, that it decides at first if it passes; 0 for all.</param>
    public static HeadDecision Of(Head head, Verdict verdict, string? made, Head? inUse, double share)
    {
        var json = VerdictRecord.Json(verdict, made);
        return verdict.Outcome switch
        {
            PromotionOutcome.Promoted when share > 0 && inUse is not null => new(
                head with { CanaryShare = share }, HeadState.Canary,
                VerdictRecord.AsCanary(json, share, inUse.Version)),
            PromotionOutcome.Promoted => new(head, HeadState.Promoted, json),
            PromotionOutcome.Kept => new(head, HeadState.Kept, json),
            _ => new(head, HeadState.Dropped, json),
        };
    }

    /// <summary>
    /// What the heads topic is told of a new head: a promoted one is used, also by a share of messages; one that is
    /// kept runs in shadow beside the head in use, and the challenger before it no longer does.
    /// </summary>
    /// <param name="topic">Its name.</param>
    /// <param name="champions">What it holds.</param>
    public IEnumerable<OutboxRecord> Sent(string topic, Champions champions)
    {
        var (label, json) = (Head.Label, HeadJson.Serialize(Head));
        if (State == HeadState.Promoted)
            yield return new(topic, Encoding.UTF8.GetBytes(label), json);
        if (State == HeadState.Canary)
            yield return new(topic, HeadKey.Of(label, HeadRole.Canary), json);
        if (State == HeadState.Kept && champions.Find(label) is { Head.Described: null })
            yield return new(topic, HeadKey.Of(label, HeadRole.Challenger), json);
        else if (champions.HasChallenger(label))
            yield return new(topic, HeadKey.Of(label, HeadRole.Challenger), null);
    }
}
