using System.Text;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;
using Worker.Store.Ownership;
using Worker.Store.Sending;

namespace Worker.Learner;

/// <summary>A canary that decides no share of messages any more.</summary>
/// <param name="State">Promoted or dropped.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record EndedCanary(string Label, int Version, HeadState State, string Reason);

/// <summary>
/// Has canaries of learners decide all messages after a time, or none, if the audit or a person speaks against them.
/// The store says which there are, the heads topic since when and what people did; so any learner can go on with them.
/// Invariant: what a person did on the topic stands. The canary's record is only ended where it is this canary's, and a
/// head is only promoted over the one that it was judged against. One caller at a time.
/// </summary>
/// <param name="store">Canaries, and answers of the audit.</param>
/// <param name="decisions">What heads say of audited texts.</param>
/// <param name="loaded">The encoder; canaries of another are left to other learners.</param>
/// <param name="champions">The heads topic.</param>
/// <param name="options">How long a canary runs.</param>
/// <param name="headsTopic">Where promoted heads go.</param>
/// <param name="clock">For leases and times.</param>
/// <param name="isAway">Whether brokers are away: nobody knows then what people did.</param>
internal sealed class CanaryTrials(
    LearningStore store, AuditedDecisions decisions, LoadedEncoder loaded, Champions champions, LearnSection options,
    string headsTopic, TimeProvider clock, Func<bool> isAway)
{
    private readonly CanaryErrors errors = new(store, decisions, loaded, champions, options.PromotionLevel);
    private readonly Dictionary<string, DateTimeOffset> missing = new(StringComparer.Ordinal);

    /// <summary>What the store was told of each label, without its time.</summary>
    private readonly Dictionary<long, StoredCanaryAudit> told = [];

    /// <summary>Canaries that had not ended after the last look; null before the first.</summary>
    public RunningCanaries? Running { get; private set; }

    /// <summary>Looks at all canaries and ends those whose time has come.</summary>
    /// <param name="labels">All of the store.</param>
    /// <exception cref="LeaseLostException">Another learner took a label meanwhile: nothing of that label was
    /// written.</exception>
    public IReadOnlyList<EndedCanary> Look(IReadOnlyList<LabelState> labels, CancellationToken stop)
    {
        var running = Running = RunningCanaries.Read(store, Running);
        errors.Forget(label => running.Find(label) is null);
        foreach (var label in missing.Keys.Where(label => running.Find(label) is null).ToList())
            missing.Remove(label);
        var ended = new List<EndedCanary>();
        if (isAway())
        {
            missing.Clear();
            return ended;
        }
        var audits = new List<StoredCanaryAudit>();
        foreach (var together in running.Together.Where(Fits))
        {
            var judged = Judge(together, labels, stop);
            if (judged.Exists(one => IsEnd(one.Decision)))
                ended.AddRange(End(together, labels, stop));
            else
                audits.AddRange(Audits(judged));
        }
        Tell(audits);
        if (ended.Count > 0)
            Running = RunningCanaries.Read(store, Running);
        return ended;
    }

    private IEnumerable<StoredCanaryAudit> Audits(
        List<(RunningCanary Canary, CanaryStand Stand, CanaryDecision Decision)> judged)
    {
        var duration = TimeSpan.FromMinutes(options.CanaryMinutes);
        // They are promoted together, so with the last of them.
        var times = judged.ConvertAll(one => CanaryRule.Promotion(one.Stand, duration));
        var last = times.Contains(null) ? null : times.Max();
        return judged.Select(one =>
        {
            var paired = one.Stand.Errors;
            return new StoredCanaryAudit(
                one.Canary.Stored.Label, one.Canary.Head.Version, paired.Seen, paired.Worse + paired.Both,
                paired.Better + paired.Both, last, default);
        });
    }

    /// <summary>Writes down what is new, for people.</summary>
    private void Tell(List<StoredCanaryAudit> audits)
    {
        var news = audits.FindAll(audit => told.GetValueOrDefault(audit.Label) != audit);
        var now = clock.GetUtcNow();
        store.CanaryAudits.Write(news.ConvertAll(audit => audit with { Looked = now }));
        foreach (var audit in news)
            told[audit.Label] = audit;
    }

    private bool Fits(IReadOnlyList<RunningCanary> together) =>
        together.All(one => one.Head.Encoder == loaded.Encoder.Hash
            && loaded.Encoder.Features.Resolve(one.Head.Feature) is not null);

    private static bool IsEnd(CanaryDecision decision) => decision.Step is not (CanaryStep.Wait or CanaryStep.Run);

    private IReadOnlyList<EndedCanary> End(
        IReadOnlyList<RunningCanary> together, IReadOnlyList<LabelState> labels, CancellationToken stop)
    {
        // 1. Own them, and look again: another learner may have ended them, or a person have done something.
        using var owned = LeasedLabels.Take(
            store.Leases, together.Select(one => one.Head.Label), options, clock, stop);
        if (!together.All(one => owned.Has(one.Head.Label)))
            return [];
        var there = RunningCanaries.Read(store).All.Select(one => (one.Stored.Label, one.Stored.Version)).ToHashSet();
        if (!together.All(one => there.Contains((one.Stored.Label, one.Stored.Version))))
            return [];
        var judged = Judge(together, labels, stop);
        if (!judged.Exists(one => IsEnd(one.Decision)))
            return [];
        // 2. All of it, or nothing.
        store.Heads.End(
            [.. judged.Select(one => Ended(one.Canary, one.Decision))],
            [.. judged.SelectMany(one => Sent(one.Canary, one.Stand, one.Decision))], owned.Leases);
        return [.. judged.Select(one => new EndedCanary(
            one.Canary.Head.Label, one.Canary.Head.Version, State(one.Decision), one.Decision.Reason))];
    }

    private List<(RunningCanary Canary, CanaryStand Stand, CanaryDecision Decision)> Judge(
        IReadOnlyList<RunningCanary> together, IReadOnlyList<LabelState> labels, CancellationToken stop)
    {
        var waiting = store.Outbox.Waiting(headsTopic).Select(key => HeadKey.Read(key).Label)
            .ToHashSet(StringComparer.Ordinal);
        var (now, duration) = (clock.GetUtcNow(), TimeSpan.FromMinutes(options.CanaryMinutes));
        List<CanaryStand> stands = [.. together.Select(one => Stand(one, together, labels, waiting, now, stop))];
        var each = CanaryRule.Together([.. stands.Select(stand => CanaryRule.Of(stand, duration, now))]);
        return [.. together.Select((one, i) => (one, stands[i], each[i]))];
    }

    private CanaryStand Stand(
        RunningCanary one, IReadOnlyList<RunningCanary> together, IReadOnlyList<LabelState> labels,
        HashSet<string> waiting, DateTimeOffset now, CancellationToken stop)
    {
        var label = one.Head.Label;
        var stand = new CanaryStand(
            one.Head, one.Stored.Made, one.Over, champions.IsRetired(label) ? null : champions.Find(label)?.Head,
            champions.CanaryRecord(label), champions.NextVersion(label) > one.Head.Version, waiting.Contains(label),
            null, default);
        if (stand.IsOnItsWay || stand.IsOnTopic)
            missing.Remove(label);
        else if (!missing.ContainsKey(label))
            missing[label] = now;
        return stand with
        {
            MissingSince = missing.TryGetValue(label, out var since) ? since : null,
            Errors = stand is { InUse: { } inUse, IsOnTopic: true } && inUse.Version == one.Over
                ? errors.Of(one, inUse, together, labels, stop) : default,
        };
    }

    private static HeadState State(CanaryDecision decision) =>
        decision.Step == CanaryStep.Drop ? HeadState.Dropped : HeadState.Promoted;

    private StoredHead Ended(RunningCanary canary, CanaryDecision decision)
    {
        var state = State(decision);
        return canary.Stored with
        {
            State = state,
            Json = Encoding.UTF8.GetString(HeadJson.Serialize(canary.Head with { CanaryShare = null })),
            Verdict = canary.Verdict.Ended(HeadStateNames.Of(state), clock.GetUtcNow(), decision.Reason),
        };
    }

    /// <summary>The head for all messages, and the end of its canary, if that is still this one.</summary>
    private IEnumerable<OutboxRecord> Sent(RunningCanary canary, CanaryStand stand, CanaryDecision decision)
    {
        var label = canary.Head.Label;
        if (decision.Step == CanaryStep.Promote)
            yield return new(
                headsTopic, HeadKey.Of(label, HeadRole.InUse),
                HeadJson.Serialize(canary.Head with { CanaryShare = null }));
        if (stand.IsOnTopic)
            yield return new(headsTopic, HeadKey.Of(label, HeadRole.Canary), null);
    }
}
