using System.Text;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Kafka.Configuration;
using Worker.Learner;
using Worker.Learning.Evaluating;
using Worker.Learning.Evaluating.Curves;
using Worker.Review.Http;
using Worker.Review.Models;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;

namespace Worker.Reviewing;

/// <summary>Heads of the topic and of the store, and what people may do with them. Any thread.</summary>
/// <param name="inUse">Followed.</param>
/// <param name="champions">The heads topic, followed too.</param>
internal sealed class KnownModels(
    LearningStore store, HeadRegistry inUse, Champions champions, KafkaOptions kafka, LearnSection learn,
    TimeProvider clock) : IModels
{
    /// <inheritdoc/>
    public IReadOnlyList<HeadView> InUse()
    {
        var set = inUse.Current;
        return [.. set.Heads.OrderBy(head => head.Label, StringComparer.Ordinal).Select(head => new HeadView(
            head.Label, head.Version, head.Encoder, head.Feature, head.Group, head.Thresholds.Low,
            head.Thresholds.Decide, head.Thresholds.High, head.Described?.Text,
            head.Training?.Positives ?? 0, head.Training?.Negatives ?? 0, head.Certificate?.Expires,
            set.FindChallenger(head.Label)?.Version, set.FindCanary(head.Label)?.Version))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<HeadVersionView> History(string label)
    {
        var champion = champions.Find(label)?.Head;
        return [.. store.Heads.Of([Need(label).Id]).Select(stored =>
        {
            var (head, verdict) = (Read(stored), VerdictRecord.Parse(stored.Verdict));
            return new HeadVersionView(
                stored.Version, stored.Made, HeadStateNames.Of(stored.State), verdict.Sentence, verdict.Alone,
                [.. verdict.Bars.Select(bar => new BarView(
                    bar.Name, Finite(bar.Measured), Finite(bar.Limit), bar.Passed, bar.Sentence))],
                verdict.By, head.Training?.Positives ?? 0, head.Training?.Negatives ?? 0,
                head.Training?.ValidationF1, head.Training?.ValidationLogLoss,
                champion is not null && champion.Version == stored.Version && HeadContent.IsSame(champion, head));
        })];
    }

    /// <inheritdoc/>
    public HeadCurvesView Curves(string label, int version)
    {
        var state = Need(label);
        var stored = store.Heads.Of([state.Id]).FirstOrDefault(head => head.Version == version)
            ?? throw new RefusedRequestException(404, "unknown", $"the store holds no v{version} of '{label}'");
        if (stored.Evidence is not { } bytes)
            return new HeadCurvesView(version, 0, [], [], null);
        var evidence = HeadEvidence.Of(bytes);
        var answers = store.Examples.Examples([state.Id]).Where(example => example.Value is 0 or 1)
            .ToDictionary(example => example.Text, example => example.Value == 1);
        int[] known =
            [.. Enumerable.Range(0, evidence.Texts.Length).Where(i => answers.ContainsKey(evidence.Texts[i]))];
        bool[] truth = [.. known.Select(i => answers[evidence.Texts[i]])];
        var scored = new ScoredAnswers([.. known.Select(i => (double)evidence.Probabilities[i])], truth);
        var confusion = Confusion.Of([.. known.Select(i => evidence.Decisions[i] ? 1.0 : 0)], truth, 0.5);
        return new HeadCurvesView(
            version, known.Length,
            [.. OperatingCurves.PrecisionRecall(scored).Select(point =>
                new CurvePointView(point.Threshold, point.Y, point.X))],
            known.Length == 0 ? [] : [.. ReliabilityDiagram.Of(scored).Bins.Select(bin =>
                new ReliabilityView(bin.MeanProbability, bin.Observed, bin.Count))],
            new ConfusionView(
                (int)confusion.TruePositives, (int)confusion.FalsePositives, (int)confusion.FalseNegatives,
                (int)confusion.TrueNegatives));
    }

    /// <inheritdoc/>
    public IReadOnlyList<LearningView> Learning() =>
        [.. LearnerStatus.Read(store, learn, clock.GetUtcNow()).Labels.Select(label => new LearningView(
            label.Label, label.Yes, label.No, label.Weak, label.Blind, label.Disputed, label.New, label.LastAnswer,
            label.Next, label.Version, label.State, label.Verdict))];

    /// <inheritdoc/>
    public IReadOnlyList<KnownLabelView> Labels()
    {
        var heads = inUse.Current;
        var stored = store.Examples.Labels().ToDictionary(label => label.Name, StringComparer.Ordinal);
        return [.. stored.Keys.Union(heads.Heads.Select(head => head.Label), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Select(name =>
            {
                var (head, label) = (heads.Find(name), stored.GetValueOrDefault(name));
                return new KnownLabelView(
                    name, head?.Group, head?.Described?.Text, head?.Version, label?.Positives ?? 0,
                    label?.Negatives ?? 0);
            })];
    }

    /// <inheritdoc/>
    public async Task<string> Promote(string label, int? version, string by, string why, CancellationToken stop)
    {
        var state = Need(label);
        var topic = await TopicHeads.Read(kafka, null, stop);
        var promoted = new ManualPromotion(store, topic, learn, clock).Run(
            [state], version, new PersonsReason(by, why), force: false, stop);
        return $"'{label}': {promoted[0].Step}";
    }

    /// <inheritdoc/>
    public async Task<string> RollBack(string label, int? version, CancellationToken stop) =>
        (await HeadRollback.Run(kafka, label, version, force: false, stop)).Sentence;

    /// <inheritdoc/>
    public void Train(string label)
    {
        Need(label);
        store.Examples.Ask([label]);
    }

    private LabelState Need(string label) =>
        store.Examples.Labels().FirstOrDefault(state => state.Name == label)
        ?? throw new RefusedRequestException(
            404, "unknown", $"nobody has answered '{label}' yet: /api/v1/labels lists the labels");

    private static Head Read(StoredHead stored) => HeadJson.Parse(Encoding.UTF8.GetBytes(stored.Json));

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
