using System.Text;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;
using Worker.Store.Sending;
using Worker.Terminal;

namespace Worker.Learner;

/// <summary>Who decided it, and why.</summary>
internal sealed record PersonsReason(string By, string Why);

/// <summary>A head that a person put into use.</summary>
/// <param name="Head">Under its new version; its parent is the version whose content it has.</param>
/// <param name="Was">What the gate had decided about that one.</param>
/// <param name="From">The head in use before; null for none.</param>
internal sealed record PromotedHead(Head Head, HeadState Was, Head? From)
{
    /// <summary>"v2 → v4, which decides as v3 (kept)".</summary>
    public string Step =>
        $"{(From is null ? "now" : $"v{From.Version} →")} v{Head.Version}, which decides as v{Head.Parent} " +
        $"({HeadStateNames.Of(Was)})";
}

/// <summary>
/// Puts heads of the store into use because a person says so. It goes the way of the gate's promotions: heads, reason
/// and what is to be sent are written down together, under the leases of their labels, and a learner sends them.
/// </summary>
/// <param name="store">Heads in, heads out.</param>
/// <param name="topic">The heads in use.</param>
/// <param name="options">How long a lease lasts.</param>
/// <param name="clock">For leases and times.</param>
internal sealed class ManualPromotion(LearningStore store, TopicHeads topic, LearnSection options, TimeProvider clock)
{
    /// <summary>One promotion; all of it or nothing is written.</summary>
    /// <param name="labels">Of the store.</param>
    /// <param name="version">Which head of the only label; null for each label's newest.</param>
    /// <param name="reason">Goes into the history.</param>
    /// <param name="force">Also heads of another encoder, and a part of an exclusive group.</param>
    /// <exception cref="UserError">It cannot be done; the message says what can.</exception>
    public IReadOnlyList<PromotedHead> Run(
        IReadOnlyList<LabelState> labels, int? version, PersonsReason reason, bool force, CancellationToken stop)
    {
        using var owned = LeasedLabels.Take(store.Leases, labels.Select(label => label.Name), options, clock, stop);
        if (labels.FirstOrDefault(label => !owned.Has(label.Name)) is { } busy)
            throw new UserError(
                $"a learner is training '{busy.Name}' right now\n  what to do: try again when it is done");
        var history = store.Heads.Of(labels.Select(label => label.Id)).ToLookup(head => head.Label);
        List<(PromotedHead Promoted, StoredHead Stored)> all =
            [.. labels.Select(label => Promote(label, [.. history[label.Id]], version, reason))];
        List<Head> heads = all.ConvertAll(one => one.Promoted.Head);
        if (!force)
        {
            EncoderGuard.Check("the store's head", heads, null, topic);
            CheckGroups(heads);
        }
        store.Heads.Record(
            [.. all.Select(one => one.Stored)],
            [.. all.SelectMany(Sent)], [], owned.Leases);
        return all.ConvertAll(one => one.Promoted);
    }

    private (PromotedHead Promoted, StoredHead Stored) Promote(
        LabelState label, List<StoredHead> history, int? version, PersonsReason reason)
    {
        var last = topic.Find(label.Name);
        if (last is { IsTombstone: true })
            throw new UserError($"'{label.Name}' is retired since {last.When} UTC\n  what to do: 'worker heads " +
                "rollback' or 'publish' brings it back; then promote");
        var chosen = Chosen(label.Name, history, version);
        var head = HeadJson.Parse(Encoding.UTF8.GetBytes(chosen.Json));
        if (last?.Head is { } current && HeadContent.IsSame(current, head))
            throw new UserError(
                $"v{current.Version} of '{label.Name}' is in use and decides as v{chosen.Version} does: there is " +
                $"nothing to promote\n  what to do: {Offer(history)}");
        var promoted = new PromotedHead(
            head with
            {
                Version = HeadVersions.Next(topic.NextVersion(label.Name), history),
                Parent = chosen.Version,
                // It may have been a canary.
                CanaryShare = null,
            },
            chosen.State, last?.Head);
        return (promoted, chosen with
        {
            Version = promoted.Head.Version,
            Made = clock.GetUtcNow(),
            State = HeadState.Promoted,
            Json = Encoding.UTF8.GetString(HeadJson.Serialize(promoted.Head)),
            Verdict = VerdictRecord.Json(promoted.Step, reason.By, reason.Why),
        });
    }

    /// <summary>The head; and the end of its label's shadow run, as after a promotion of the gate.</summary>
    private IEnumerable<OutboxRecord> Sent((PromotedHead Promoted, StoredHead Stored) one)
    {
        var label = one.Promoted.Head.Label;
        yield return new(topic.Topic, Encoding.UTF8.GetBytes(label), Encoding.UTF8.GetBytes(one.Stored.Json));
        if (topic.Challenger(label) is not null)
            yield return new(topic.Topic, HeadKey.Of(label, HeadRole.Challenger), null);
    }

    /// <summary>The head of a version, or the newest if it was not promoted.</summary>
    private static StoredHead Chosen(string label, List<StoredHead> history, int? version)
    {
        if (history.Count == 0)
            throw new UserError($"the store holds no head of '{label}' yet\n  what to do: 'worker learn status' says " +
                "when it is trained next, 'worker learn train' has it trained now");
        if (version is { } wanted)
            return history.Find(head => head.Version == wanted)
                ?? throw new UserError(
                    $"the store holds no v{wanted} of '{label}'\n  what to do: {Offer(history)}");
        return history[0].State != HeadState.Promoted
            ? history[0]
            : throw new UserError(
                $"the newest head of '{label}', v{history[0].Version}, was promoted already\n  what to do: " +
                Offer(history));
    }

    private static string Offer(List<StoredHead> history) =>
        "name one with --version, there are " + string.Join(
            ", ", history.Select(head => $"v{head.Version} ({HeadStateNames.Of(head.State)})"));

    /// <summary>Heads of an exclusive group decide against each other, so they belong together.</summary>
    private void CheckGroups(List<Head> heads)
    {
        var given = heads.Select(head => head.Label).ToHashSet(StringComparer.Ordinal);
        foreach (var group in heads.Select(head => head.Group).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var left = topic.Heads.Where(head => head.Group == group && !given.Contains(head.Label))
                .Select(head => head.Label).ToList();
            if (left.Count > 0)
                throw new UserError(
                    $"the labels of the exclusive group '{group}' decide against each other, and these are not " +
                    $"named: {TextColumns.Cut(string.Join(", ", left), 200)}\n" +
                    "  what to do: promote them in one command, or use --force");
        }
    }
}
