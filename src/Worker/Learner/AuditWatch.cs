using System.Collections.Immutable;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Certifying;
using Worker.Learning.Drifting;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;

namespace Worker.Learner;

/// <summary>How a head in use fares in the random audit, since it was made.</summary>
/// <param name="Seen">Audited texts with an answer, copies counted once.</param>
/// <param name="Errors">Texts of which it decides otherwise.</param>
/// <param name="Lower">The error is at least this, at all times together.</param>
/// <param name="Promised">The most that its own figures allow for; null for a head that promised nothing.</param>
/// <param name="Revised">The head without the certificates that do not hold; null while all hold.</param>
internal sealed record AuditFigures(
    string Label, int Version, long Seen, long Errors, double Lower, double? Promised, Head? Revised)
{
    /// <summary>Whether it errs more than it promised.</summary>
    public bool Alarm => Lower > Promised;

    /// <summary>Which certificates the audit has taken back from it already; null for none.</summary>
    public string? Withdrawn { get; init; }
}

/// <summary>
/// Holds the heads in use against what they promised, by the answers of the random audit to texts that they were not
/// fitted on. Bounds hold at all times together, so looking after every answer raises no false alarm by itself.
/// All answers since the head was made are gone through again when there are new ones: nothing needs to be kept. What
/// came of it is written to the store, for people. One caller at a time.
/// </summary>
/// <param name="store">Answers, and what heads said of them when they were judged.</param>
/// <param name="decisions">What heads say of audited texts.</param>
/// <param name="loaded">The encoder; heads of another are not watched.</param>
/// <param name="champions">The heads in use.</param>
/// <param name="level">Chance that any of the labels ever raises a false alarm.</param>
/// <param name="clock">For the time of alarms.</param>
internal sealed class AuditWatch(
    LearningStore store, AuditedDecisions decisions, LoadedEncoder loaded, Champions champions, double level,
    TimeProvider clock)
{
    /// <summary>Audited texts from which on these alone make the promise; other texts were chosen for doubt.</summary>
    private const int EnoughAudited = 100;

    private readonly Dictionary<string, Watched> watched = new(StringComparer.Ordinal);

    /// <summary>What earlier learners saw.</summary>
    private IReadOnlyDictionary<long, StoredAudit>? stored;

    /// <summary>The last look at every label that has a head in use and a promise.</summary>
    public IReadOnlyList<AuditFigures> Figures => [.. watched.Values.Select(label => label.Figures)];

    /// <summary>Since when a label's head in use has been in alarm; null while it is not.</summary>
    public DateTimeOffset? AlarmSince(string label) => watched.GetValueOrDefault(label)?.AlarmSince;

    /// <summary>Looks at labels that have new answers.</summary>
    /// <returns>Figures that show something new: an alarm, or a certificate that does not hold.</returns>
    public IReadOnlyList<AuditFigures> Look(IReadOnlyList<LabelState> labels, CancellationToken stop)
    {
        var (news, seen, unwatched) = (new List<AuditFigures>(), new List<StoredAudit>(), new List<long>());
        // Taken over at the end: where the store goes away in between, all of it is looked at again.
        var looked = new List<(string Label, Watched? State)>();
        stored ??= store.Audits.All();
        foreach (var label in labels)
        {
            stop.ThrowIfCancellationRequested();
            var before = watched.GetValueOrDefault(label.Name);
            if (champions.Find(label.Name) is not { } champion || !Fits(champion.Head))
            {
                looked.Add((label.Name, null));
                if (before is not null || stored.ContainsKey(label.Id))
                    unwatched.Add(label.Id);
                continue;
            }
            var answers = (label.LastAnswer, label.Positives, label.Negatives);
            if (before is not null && before.Answers == answers && before.Figures.Version == champion.Head.Version)
                continue;
            if (Look(label, champion, labels, before, stop) is not { } figures)
                continue;
            var (was, now) = (before?.Figures.Version == figures.Version ? before : null, clock.GetUtcNow());
            // A learner that starts anew goes on with the alarm of the one before.
            var since = figures.Alarm ? was?.AlarmSince ?? Earlier(label, figures) ?? now : (DateTimeOffset?)null;
            seen.Add(new StoredAudit(
                label.Id, figures.Version, figures.Seen, figures.Errors, figures.Lower, figures.Promised, since,
                figures.Withdrawn, now));
            looked.Add((label.Name, new Watched(figures, answers, since)));
            if ((figures.Alarm && was?.AlarmSince is null) || figures.Revised is not null)
                news.Add(figures);
        }
        store.Audits.Write(seen, unwatched);
        if (unwatched.Count > 0)
            stored = store.Audits.All();
        foreach (var (label, state) in looked)
        {
            if (state is null)
                watched.Remove(label);
            else
                watched[label] = state;
        }
        return news;
    }

    private DateTimeOffset? Earlier(LabelState label, AuditFigures figures) =>
        stored!.GetValueOrDefault(label.Id) is { } audit && audit.Version == figures.Version ? audit.AlarmSince : null;

    /// <summary>A head that was made from a description decides nothing, and has promised nothing.</summary>
    private bool Fits(Head head) => head.Described is null
        && head.Encoder == loaded.Encoder.Hash && loaded.Encoder.Features.Resolve(head.Feature) is not null;

    private AuditFigures? Look(
        LabelState label, Champion champion, IReadOnlyList<LabelState> labels, Watched? before,
        CancellationToken stop)
    {
        var history = store.Heads.Of([label.Id]);
        // A later head is on its way to the topic.
        if (history.Any(head => head.State == HeadState.Promoted && head.Version > champion.Head.Version))
            return null;
        var evidence = HeadEvidence.Of(champion, history);
        var audits = store.Examples.Audits(label.Id, evidence?.Change ?? 0)
            .Where(example => evidence is not null || example.At > champion.Since).ToList();
        // All examples are read for it, so only when there is something to hold against it.
        var promised = audits.Count == 0 ? null
            : (before?.Figures.Version == champion.Head.Version ? before.Figures.Promised : null)
                ?? Promise(label.Id, evidence);
        var alpha = level / labels.Count;
        var drift = promised is { } target ? new DriftWatch(target, alpha) : null;
        var certificate = champion.Head.Certificate is null ? null : new CertificateWatch(champion.Head, alpha);
        // Labels of an exclusive group decide against each other.
        ImmutableArray<Head> competing =
        [
            champion.Head, .. labels.Select(other => champions.Find(other.Name)?.Head).OfType<Head>().Where(other =>
                champion.Head.Group is not null && other.Group == champion.Head.Group
                && other.Label != champion.Head.Label && Fits(other)),
        ];
        foreach (var said in decisions.Of(competing, audits, stop))
        {
            drift?.Observe(said.Yes != said.Answer);
            certificate?.Observe(said.P, said.Answer);
        }
        var revised = certificate?.Revised();
        return new AuditFigures(
            label.Name, champion.Head.Version, drift?.State.Seen ?? 0, drift?.State.Errors ?? 0,
            drift?.State.Lower ?? 0, promised, ReferenceEquals(revised, champion.Head) ? null : revised)
        {
            Withdrawn = history.FirstOrDefault(head => head.Version == champion.Head.Version) is { } made
                ? VerdictRecord.Parse(made.Verdict).Withdrawn
                : null,
        };
    }

    /// <summary>
    /// The error that a head promises by what it said of texts that were held out when it was judged.
    /// </summary>
    private double? Promise(long label, HeadEvidence? evidence)
    {
        if (evidence is null)
            return null;
        var rows = store.Examples.Examples([label]).Where(example => example.Value is 0 or 1)
            .Select(example => (Example: example, Place: evidence.IndexOf(example.Text)))
            .Where(row => row.Place >= 0).ToList();
        var audited = rows.FindAll(row => row.Example.Propensity is not null);
        if (audited.Count >= EnoughAudited)
            rows = audited;
        var errors = rows.Count(row => evidence.Decisions[row.Place] != (row.Example.Value == 1));
        return rows.Count == 0 ? null : DriftWatch.Promised(errors, rows.Count);
    }

    private sealed record Watched(
        AuditFigures Figures, (DateTimeOffset? Last, long Yes, long No) Answers, DateTimeOffset? AlarmSince);
}
