using Worker.Core.Heads;
using Worker.Learning.Calibrating;
using Worker.Learning.Ensembles;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>
/// The labels of a round whose next head builds on the head in use. Invariant: of these labels the head in use has seen
/// none of the answers that are here.
/// </summary>
internal sealed class HeadUpdates
{
    private readonly LearningMethod method;
    private readonly Dictionary<string, Known> known = new(StringComparer.Ordinal);

    /// <param name="inUse">Heads in use, one a label.</param>
    /// <param name="evidence">What a label's head in use was judged by; null where that is not known.</param>
    /// <param name="feature">What new heads see, by the name that heads carry.</param>
    public HeadUpdates(
        LearningMethod method, TrainingExamples examples, IReadOnlyCollection<Champion> inUse,
        Func<string, HeadEvidence?> evidence, string feature)
    {
        this.method = method;
        (Data, WeakScores) = (examples.Data, examples.WeakScores);
        if (method == LearningMethod.Refit)
        {
            Previous = [.. inUse.Select(champion => champion.Head)];
            return;
        }
        foreach (var champion in inUse)
        {
            var one = new Known(champion, evidence(champion.Head.Label));
            if (one.CanBeBuiltOn(feature))
                known[champion.Head.Label] = one;
        }
        // A fit that is pulled to a head, or joined with it, does not start from it; others may.
        Previous = [.. inUse.Select(champion => champion.Head)
            .Where(head => known.ContainsKey(head.Label) == (method == LearningMethod.Prior))];
        if (known.Count > 0)
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
        Calibration = method == LearningMethod.Ensemble ? CalibrationMethod.Platt : CalibrationMethod.Auto,
    };

    /// <summary>The label's new head, joined with the head in use if that is the method, and what it was judged by.
    /// </summary>
    /// <param name="features">By name; [texts, width].</param>
    public (Head Head, HeldOutEvidence HeldOut) Finish(
        Head fitted, HeldOutEvidence held, Func<string, FeatureMatrix> features)
    {
        if (method != LearningMethod.Ensemble || !known.TryGetValue(fitted.Label, out var one))
            return (fitted, held);
        var old = one.Champion.Head;
        var matrix = features(old.Feature);
        return OldAndNew.Join(old, Array.ConvertAll(held.Rows, row => old.Probability(matrix.Row(row))), fitted, held);
    }

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

        public bool CanBeBuiltOn(string feature) =>
            Champion.Head is { Group: null, Calibration.Curve: null } head && head.Feature == feature
            && (Evidence is not null || Champion.Since is not null);
    }
}
