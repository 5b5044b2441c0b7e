using Worker.Core.Heads;
using Worker.Learning.Calibrating;
using Worker.Learning.Ensembles;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>
/// The labels of a round whose next head is made by another method than a refit. Invariant: where the method sees new
/// answers only, the head in use has seen none of these labels' answers that are here.
/// </summary>
internal sealed class HeadUpdates
{
    private readonly LearningMethod method;
    private readonly Dictionary<string, Known> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> obstacles = new(StringComparer.Ordinal);

    /// <param name="inUse">Heads in use, one a label.</param>
    /// <param name="evidence">What a label's head in use was judged by; null where that is not known.</param>
    /// <param name="feature">What new heads see, by the name that heads carry.</param>
    public HeadUpdates(
        LearningMethod method, TrainingExamples examples, IReadOnlyCollection<Champion> inUse,
        Func<string, HeadEvidence?> evidence, string feature)
    {
        this.method = method;
        (Data, WeakScores) = (examples.Data, examples.WeakScores);
        foreach (var champion in method == LearningMethod.Refit ? [] : inUse)
        {
            var one = new Known(champion, evidence(champion.Head.Label));
            if (one.Obstacle(method, feature) is { } obstacle)
                obstacles[champion.Head.Label] = obstacle;
            else
                known[champion.Head.Label] = one;
        }
        // A fit that is pulled to a head, or joined with it, does not start from it; others may.
        Previous = [.. inUse.Select(champion => champion.Head).Where(head => !SeesNewAnswersOnly
            || known.ContainsKey(head.Label) == (method == LearningMethod.Prior))];
        if (SeesNewAnswersOnly && known.Count > 0)
            (Data, WeakScores) = Unseen(examples);
    }

    /// <summary>What is fitted to.</summary>
    public DataSet Data { get; }

    /// <summary>Weak answers to it; null for none.</summary>
    public float[]? WeakScores { get; }

    /// <summary>Heads that fits know of.</summary>
    public IReadOnlyList<Head> Previous { get; }

    /// <summary>How to fit.</summary>
    /// <param name="threads">Threads.</param>
    public TrainingOptions Options(int threads) => new()
    {
        Parallelism = threads,
        Prior = method == LearningMethod.Prior,
        // A curve could not be folded into one head.
        Calibration = method is LearningMethod.Ensemble or LearningMethod.Stacking
            ? CalibrationMethod.Platt : CalibrationMethod.Auto,
    };

    /// <summary>The further fits that the method takes; null where it takes none.</summary>
    /// <param name="texts">What to fit to.</param>
    /// <param name="progress">Told after every pass.</param>
    public MemberFits? Members(
        MemberExamples texts, int members, IProgress<TrainingProgress> progress, CancellationToken stop) =>
        known.Count == 0 ? null : method switch
        {
            LearningMethod.Bagging => MemberFits.Bags(texts, known.Keys, members, progress, stop),
            LearningMethod.Stacking => MemberFits.Layers(texts, known.Keys, progress, stop),
            _ => null,
        };

    /// <summary>The label's new head, by the method.</summary>
    /// <param name="held">What the fit says of texts that it has not seen.</param>
    /// <param name="features">By name; [texts, width].</param>
    /// <param name="fits">See <see cref="Members"/>.</param>
    /// <param name="compared">What the head in use and the fit say of the same texts, which neither has seen.</param>
    public MadeHead Finish(
        Head fitted, HeldOutEvidence held, Func<string, FeatureMatrix> features, MemberFits? fits,
        Func<ComparedLabel> compared)
    {
        if (method == LearningMethod.Refit)
            return new MadeHead(fitted, held, null);
        if (!known.TryGetValue(fitted.Label, out var one))
            return MemberFits.Instead(
                fitted, held, method, obstacles.GetValueOrDefault(fitted.Label) ?? "it had no head in use");
        var old = one.Champion.Head;
        switch (method)
        {
            case LearningMethod.Bagging:
                return fits!.Bagged(fitted, held);
            case LearningMethod.Stacking:
                return fits!.Stacked(old, fitted, held, compared());
            case LearningMethod.Ensemble:
                var matrix = features(old.Feature);
                var (joined, said) = OldAndNew.Join(
                    old, Array.ConvertAll(held.Rows, row => old.Probability(matrix.Row(row))), fitted, held);
                return new MadeHead(joined, said, $"v{old.Version} and a fit to newer answers together");
            default:
                return new MadeHead(fitted, held, $"a fit to newer answers, pulled to v{old.Version}");
        }
    }

    private bool SeesNewAnswersOnly => method is LearningMethod.Prior or LearningMethod.Ensemble;

    private (DataSet Data, float[]? WeakScores) Unseen(TrainingExamples examples)
    {
        var (all, labels) = (examples.Data.Answers, examples.Data.Labels);
        var values = new sbyte[checked(all.Rows * labels.Length)];
        var weak = (float[]?)examples.WeakScores?.Clone();
        for (var row = 0; row < all.Rows; row++)
            for (var label = 0; label < labels.Length; label++)
            {
                var cell = row * labels.Length + label;
                values[cell] = all[row, label];
                var isAnswered = all[row, label] != AnswerMatrix.Unknown
                    || (weak is not null && !float.IsNaN(weak[cell]));
                if (!isAnswered || !known.TryGetValue(labels[label], out var one)
                    || one.IsNew(examples.Example(examples.Ids[row], labels[label])))
                    continue;
                values[cell] = AnswerMatrix.Unknown;
                weak?[cell] = float.NaN;
            }
        return (examples.Data.WithAnswers(new AnswerMatrix(all.Rows, labels.Length, values)), weak);
    }

    /// <summary>A head in use, and what tells which answers it has seen.</summary>
    private sealed record Known(Champion Champion, HeadEvidence? Evidence)
    {
        public bool IsNew(StoredExample example) => HeadEvidence.IsNew(example, Champion, Evidence);

        /// <summary>Why the method cannot make the next head; null where it can.</summary>
        public string? Obstacle(LearningMethod method, string feature) => Champion.Head switch
        {
            { Group: { } group } => $"it decides in the exclusive group '{group}'",
            // Members of a bag have nothing to do with the head in use.
            _ when method == LearningMethod.Bagging => null,
            { Calibration.Curve: not null } => "the head in use has an isotonic calibration",
            { Feature: var other } when other != feature => $"the head in use is on {other}",
            _ when Evidence is null && Champion.Since is null =>
                "nothing says which answers the head in use has seen",
            _ => null,
        };
    }
}
