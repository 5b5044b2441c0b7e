using System.Collections.Immutable;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Drifting;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>
/// Holds canaries against the heads in use by answers of the random audit to texts that neither was fitted on. One
/// caller at a time.
/// </summary>
/// <param name="level">Chance that a canary which is no worse is ever shown to be worse; canaries that end together
/// share it.</param>
internal sealed class CanaryErrors(
    LearningStore store, AuditedDecisions decisions, LoadedEncoder loaded, Champions champions, double level)
{
    // By label: an audit is gone through again when its answers or one of the heads are others.
    private readonly Dictionary<string, (object Key, PairedErrors Errors)> known = new(StringComparer.Ordinal);

    /// <summary>Lets go of labels.</summary>
    public void Forget(Func<string, bool> ended)
    {
        foreach (var label in known.Keys.Where(ended).ToList())
            known.Remove(label);
    }

    /// <param name="one">The canary.</param>
    /// <param name="inUse">The head that it is to follow.</param>
    /// <param name="together">Canaries that end together, it among them.</param>
    /// <param name="labels">All of the store.</param>
    public PairedErrors Of(
        RunningCanary one, Head inUse, IReadOnlyList<RunningCanary> together, IReadOnlyList<LabelState> labels,
        CancellationToken stop)
    {
        if (labels.FirstOrDefault(label => label.Id == one.Stored.Label) is not { } state
            || loaded.Encoder.Features.Resolve(inUse.Feature) is null)
            return default;
        var key = (one.Head.Version, inUse.Version, state.LastAnswer, state.Positives, state.Negatives);
        if (known.TryGetValue(state.Name, out var last) && last.Key.Equals(key))
            return last.Errors;
        var evidence = store.Heads.Of([state.Id]).First(head => head.Version == one.Head.Version).Evidence!;
        var audits = store.Examples.Audits(state.Id, HeadEvidence.Of(evidence).Change);
        var before = decisions.Of(Competing(inUse, champions.Find), audits, stop)
            .ToDictionary(said => said.Text, said => said.Yes);
        // Of the texts that only one of both has wrong, a canary that is no worse has at most half: looking after every
        // answer stops it with that chance at most (McNemar's test at all times together).
        var watch = new DriftWatch(0.5, level / together.Count);
        var (seen, both) = (0L, 0L);
        foreach (var said in decisions.Of(
            Competing(one.Head, label => together.FirstOrDefault(other => other.Head.Label == label) is { } canary
                ? new Champion(canary.Head, null) : champions.Find(label)), audits, stop))
        {
            if (!before.TryGetValue(said.Text, out var yes))
                continue;
            seen++;
            if (yes != said.Yes)
                watch.Observe(said.Yes != said.Answer);
            else if (yes != said.Answer)
                both++;
        }
        var errors = new PairedErrors(watch.State.Errors, watch.State.Seen - watch.State.Errors, watch.Alarm)
        {
            Seen = seen,
            Both = both,
        };
        known[state.Name] = (key, errors);
        return errors;

        // Labels of an exclusive group decide against each other.
        ImmutableArray<Head> Competing(Head head, Func<string, Champion?> of) =>
        [
            head, .. labels.Where(_ => head.Group is not null).Select(label => of(label.Name)?.Head).OfType<Head>()
                .Where(other => other.Group == head.Group && other.Label != head.Label && other.Described is null
                    && other.Encoder == head.Encoder && loaded.Encoder.Features.Resolve(other.Feature) is not null),
        ];
    }
}
