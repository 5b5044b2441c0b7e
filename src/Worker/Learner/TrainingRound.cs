using System.Text;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Fitting;
using Worker.Learning.Promoting;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;
using Worker.Store.Ownership;
using Worker.Training;

namespace Worker.Learner;

/// <summary>What became of a label in a round.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Head">The head that was made; null when none could be.</param>
/// <param name="State">What was decided; null likewise.</param>
/// <param name="Sentence">Why, for people.</param>
internal sealed record RoundOutcome(string Label, Head? Head, HeadState? State, string Sentence)
{
    /// <summary>How it was made, for people; null for a refit that was asked for.</summary>
    public string? Made { get; init; }

    /// <summary>Why it is a refit though another method was asked for; null where it is what was asked for.</summary>
    public string? RefitReason { get; init; }

    /// <summary>Names of the bars that the head did not clear.</summary>
    public IReadOnlyList<string> FailedBars { get; init; } = [];
}

/// <summary>
/// Trains labels on all that the store knows of them, judges each new head against the one in use, and writes down what
/// was decided together with what is to be published. Labels go by batches, each written down on its own: so memory is
/// bounded however many labels are due. One caller at a time; other learners may run theirs beside it.
/// </summary>
/// <param name="store">Answers in, heads out.</param>
/// <param name="features">Features of texts by ids and texts, which are as many.</param>
/// <param name="loaded">The encoder that heads are for.</param>
/// <param name="champions">The heads in use.</param>
/// <param name="options">How.</param>
/// <param name="headsTopic">Where promoted heads go.</param>
/// <param name="clock">For leases and times.</param>
internal sealed class TrainingRound(
    LearningStore store, Func<IReadOnlyList<long>, IReadOnlyList<string>, CancellationToken, EncodedTexts> features,
    LoadedEncoder loaded, Champions champions, LearnSection options, string headsTopic, TimeProvider clock)
{
    /// <summary>Called after each pass over the examples.</summary>
    public Action Progressed { get; init; } = () => { };

    /// <summary>Called when a batch of labels is written down.</summary>
    public Action<IReadOnlyList<RoundOutcome>> Recorded { get; init; } = _ => { };

    /// <summary>
    /// Examples of a batch at most: each takes 72 bytes as it is read, and twice that while the list grows.
    /// </summary>
    public long BatchExamples { get; init; } = 500_000;

    /// <summary>One round over the labels that are due.</summary>
    /// <returns>One outcome for each label that it owned.</returns>
    /// <exception cref="LeaseLostException">It took so long that another learner owns a label now: of the batch at
    /// hand, and of those after it, nothing was written.</exception>
    public IReadOnlyList<RoundOutcome> Run(IReadOnlyList<LabelState> due, CancellationToken stop)
    {
        // 1. Own them.
        using var owned = LeasedLabels.Take(store.Leases, due.Select(label => label.Name), options, clock, stop);
        // A head that was promoted and is not sent yet is in use soon: then the next one is judged against it.
        var waiting = store.Outbox.Waiting(headsTopic).Select(Encoding.UTF8.GetString)
            .ToHashSet(StringComparer.Ordinal);
        // So is a canary, unless it turns out worse.
        var running = RunningCanaries.Read(store);
        // One that was fitted since it was found due, perhaps by a try before this one, is not due any more.
        var fitted = store.Examples.Labels().ToDictionary(label => label.Id, label => label.FittedAt);
        var labels = due.Where(label => owned.Has(label.Name) && !waiting.Contains(label.Name)
            && running.Holds(label.Name, champions, options) is null
            && fitted.GetValueOrDefault(label.Id) == label.FittedAt).ToList();
        if (labels.Count == 0)
            return [];
        // 2. The texts that they have answers on, for all batches. What comes from now on is for the next round.
        var change = store.Examples.LastChange();
        var refused = labels.Select(label => (Label: label, Reason: Refusal(label.Name)))
            .Where(one => one.Reason is not null).ToList();
        var trainable = labels.Except(refused.Select(one => one.Label)).ToList();
        var texts = RoundTexts.Read(store, trainable, options.Examples);
        var encoded = texts.Ids.Length == 0 ? null : features(texts.Ids, texts.Data.Texts, owned.Lost);
        var batches = RoundBatches.Of(
            trainable, texts.Ids.Length, options.Examples, BatchExamples,
            label => champions.Find(label)?.Head.Group);
        List<RoundOutcome> all = [];
        Write([.. refused.Select(one => one.Label)], [], [.. refused.Select(one =>
            new RoundOutcome(one.Label.Name, null, null, one.Reason!))]);
        foreach (var batch in batches)
        {
            List<RoundOutcome> outcomes = [];
            List<(StoredHead Stored, HeadDecision Decision)> made = [];
            if (encoded is not null)
                Train(batch, texts, encoded, batches.Count > 1, outcomes, made, owned.Lost);
            Write(batch, made, outcomes);
        }
        return all;

        // 3. All of a batch, or nothing.
        void Write(
            IReadOnlyList<LabelState> batch, List<(StoredHead Stored, HeadDecision Decision)> made,
            List<RoundOutcome> outcomes)
        {
            if (batch.Count == 0)
                return;
            store.Heads.Record(
                [.. made.Select(one => one.Stored)],
                [.. made.SelectMany(one => one.Decision.Sent(headsTopic, champions))],
                [.. batch.Select(label => (label.Id, change))], owned.Leases);
            all.AddRange(outcomes);
            Recorded(outcomes);
        }
    }

    private void Train(
        IReadOnlyList<LabelState> labels, RoundTexts texts, EncodedTexts encoded, bool isPart,
        List<RoundOutcome> outcomes, List<(StoredHead Stored, HeadDecision Decision)> made, CancellationToken stop)
    {
        // What these heads have seen: examples are read batch by batch.
        var change = store.Examples.LastChange();
        var examples = TrainingExamples.Read(store, labels, options.Examples, texts);
        var ids = labels.ToDictionary(label => label.Name, label => label.Id, StringComparer.Ordinal);
        var history = store.Heads.Of(ids.Values).ToLookup(head => head.Label);
        var there = labels.Select(label => champions.Find(label.Name)).OfType<Champion>()
            .ToLookup(champion => champion.Head.Described is null);
        // A head that was made from a description decides nothing: its label's first real head has none to beat.
        var inUse = there[true].ToDictionary(champion => champion.Head.Label, StringComparer.Ordinal);
        var feature = loaded.Bundle.Canonical(options.Feature);
        var updates = new HeadUpdates(options.Method, examples, inUse.Values, EvidenceOf, feature);
        Func<int, int, double>? weights = examples.IsWeighted
            ? (row, label) => examples.Example(examples.Ids[row], examples.Data.Labels[label]).Weight : null;
        var result = TextTraining.Train(loaded, updates.Data, encoded, new TrainingPlan
        {
            Feature = options.Feature,
            Previous = updates.Previous,
            WeakScores = updates.WeakScores,
            Weights = weights,
            Described = there[false].ToDictionary(
                champion => champion.Head.Label, champion => champion.Head.Described!, StringComparer.Ordinal),
            // Whether labels are exclusive shows only where all of them are.
            Exclusive = isPart ? ExclusiveGroups.Standing : ExclusiveGroups.Automatic,
            Quiet = true,
            Progressed = Progressed,
            Options = updates.Options(options.Threads),
        }, stop);
        outcomes.AddRange(result.Problems.Select(problem =>
            new RoundOutcome(problem.Label, null, null, problem.Reason)));
        var comparison = new Comparison(examples.Ids, examples.Data, encoded.Matrix, examples.Example);
        var groups = Groups(result, Compared, comparison);
        var fits = updates.Members(
            new MemberExamples(
                encoded, updates.Data, feature, loaded.Encoder.Hash,
                new DerivedExamples { Scores = updates.WeakScores, Weights = weights },
                updates.Options(options.Threads)),
            options.Members, new Direct<TrainingProgress>(_ => Progressed()), stop);
        for (var i = 0; i < result.Heads.Count; i++)
        {
            var (fitted, by) = (result.Heads[i], result.Figures[i].HeldOut);
            var updated = updates.Finish(fitted, by, encoded.Matrix, fits, () => Compared(fitted.Label, by));
            var (trained, held, words) = updated;
            var head = trained with
            {
                Version = HeadVersions.Next(champions.NextVersion(trained.Label), history[ids[trained.Label]]),
            };
            var verdict = groups.GetValueOrDefault(head.Group ?? "")
                ?? PromotionGate.Judge(
                    Compared(trained.Label, held).Rows, options.Promotion, head.Certificate);
            var decision = HeadDecision.Of(
                head, verdict, words, inUse.GetValueOrDefault(head.Label)?.Head,
                CanHaveCanary(head.Group) ? options.Canary : 0);
            made.Add((Stored(ids[head.Label], decision, Evidence(examples, change, held)), decision));
            outcomes.Add(new RoundOutcome(
                head.Label, decision.Head, decision.State, VerdictRecord.Parse(decision.Verdict).Sentence)
            {
                Made = words,
                RefitReason = updated.RefitReason,
                FailedBars = [.. verdict.Failed.Select(bar => bar.Name)],
            });
        }

        // One label after the other: of many labels together the compared rows would be most of the memory.
        ComparedLabel Compared(string label, HeldOutEvidence held) =>
            comparison.Rows(label, inUse.GetValueOrDefault(label), EvidenceOf(label), held);

        HeadEvidence? EvidenceOf(string label) =>
            HeadEvidence.Of(inUse.GetValueOrDefault(label), history[ids[label]]);

        // A message is decided by all new heads of a group or by none, so each needs one in use for the other messages.
        bool CanHaveCanary(string? group) => group is null
            || result.Heads.All(head => head.Group != group || inUse.ContainsKey(head.Label));
    }

    /// <summary>Verdicts on exclusive groups that have heads in use.</summary>
    private Dictionary<string, Verdict> Groups(
        TrainingResult result, Func<string, HeldOutEvidence, ComparedLabel> compared, Comparison comparison) =>
        result.Heads.Zip(result.Figures).Where(pair => pair.First.Group is not null)
            .GroupBy(
                pair => pair.First.Group!, pair => compared(pair.First.Label, pair.Second.HeldOut),
                StringComparer.Ordinal)
            .Where(group => group.Count() > 1 && group.Any(label => label.Rows.Champion is not null))
            .ToDictionary(
                group => group.Key,
                group => GroupGate.Judge(comparison.Group([.. group]), group.Count(), options.Promotion),
                StringComparer.Ordinal);

    /// <summary>Why a label is not trained though it is due; null when it is.</summary>
    private string? Refusal(string label)
    {
        if (champions.IsRetired(label))
            return "it is retired: 'worker heads rollback' or 'publish' brings it back";
        return champions.Find(label) is { } champion && champion.Head.Encoder != loaded.Encoder.Hash
            ? $"its head in use is for encoder {champion.Head.Encoder[..12]}, this learner runs " +
                $"{loaded.Encoder.Hash[..12]}: start learners with that encoder, or name another heads topic"
            : null;
    }

    private StoredHead Stored(long label, HeadDecision decision, HeadEvidence evidence) => new(
        label, decision.Head.Version, clock.GetUtcNow(), decision.State,
        Encoding.UTF8.GetString(HeadJson.Serialize(decision.Head)), decision.Verdict, evidence.ToBytes());

    private static HeadEvidence Evidence(TrainingExamples examples, long change, HeldOutEvidence held) => new(
        change, Array.ConvertAll(held.Rows, row => examples.Ids[row]),
        held.Probabilities, held.Decisions);
}
