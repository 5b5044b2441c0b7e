using Worker.Core.Heads;
using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>
/// Computes an <see cref="Evaluation"/>; rows without an answer for a label play no part in its figures.
/// </summary>
internal static class Evaluator
{
    /// <summary>Evaluates heads by what a worker decides with them.</summary>
    /// <param name="heads">One per column.</param>
    /// <param name="probabilities">Calibrated; [rows, heads], row-major.</param>
    /// <param name="answers">[rows, heads]; see <see cref="DataSet.WithLabels"/> for a data set with other
    /// labels.</param>
    /// <exception cref="ArgumentException">Sizes differ, or nothing is known.</exception>
    public static Evaluation Evaluate(IReadOnlyList<Head> heads, double[] probabilities, AnswerMatrix answers)
    {
        var texts = new EvaluatedTexts(heads, new string[answers.Rows], null, probabilities, probabilities, answers);
        return Evaluate([.. heads.Select(head => head.Label)], [.. heads.Select(head => head.Thresholds.Decide)],
            probabilities, answers, texts.Confusion);
    }

    /// <summary>Evaluates probabilities at given thresholds.</summary>
    /// <param name="labels">Names, one per column.</param>
    /// <param name="thresholds">Yes is p ≥ threshold; one per column.</param>
    /// <param name="probabilities">[rows, labels], row-major, each in [0, 1].</param>
    /// <param name="answers">[rows, labels].</param>
    /// <exception cref="ArgumentException">Sizes differ, a value is not a probability, or no answer is
    /// known.</exception>
    public static Evaluation Evaluate(
        IReadOnlyList<string> labels, IReadOnlyList<double> thresholds, ReadOnlySpan<double> probabilities,
        AnswerMatrix answers) =>
        Evaluate(labels, thresholds, probabilities, answers, null);

    /// <param name="decided">Decisions on each label, counted; null for yes from the threshold up.</param>
    private static Evaluation Evaluate(
        IReadOnlyList<string> labels, IReadOnlyList<double> thresholds, ReadOnlySpan<double> probabilities,
        AnswerMatrix answers, Func<int, Confusion>? decided)
    {
        if (answers.Labels != labels.Count || thresholds.Count != labels.Count
            || probabilities.Length != (long)answers.Rows * answers.Labels)
            throw new ArgumentException(
                $"answers are [{answers.Rows}, {answers.Labels}], there are {labels.Count} labels, " +
                $"{thresholds.Count} thresholds and {probabilities.Length} probabilities",
                nameof(answers));

        var (pooled, truth) = (new List<double>(), new List<bool>());
        var metrics = new List<LabelMetrics>(labels.Count);
        var all = default(Confusion);
        for (var column = 0; column < labels.Count; column++)
        {
            var (p, y) = Known(probabilities, answers, column, labels[column]);
            var confusion = decided?.Invoke(column) ?? Confusion.Of(p, y, thresholds[column]);
            all += confusion;
            metrics.Add(Measure(labels[column], p, y, thresholds[column], confusion));
            pooled.AddRange(p);
            truth.AddRange(y);
        }
        if (pooled.Count == 0)
            throw new ArgumentException(
                $"no row has an answer for any of the {labels.Count} labels " +
                $"({string.Join(", ", labels.Take(5))}{(labels.Count > 5 ? ", …" : "")}): are these the labels of " +
                    "that file?",
                nameof(answers));

        var (everyP, everyY) = (pooled.ToArray(), truth.ToArray());
        return new Evaluation(
            Macro(metrics),
            new AverageMetrics(all.Precision, all.Recall, all.F1, RankingMetrics.AveragePrecision(everyP, everyY)),
            ProbabilityMetrics.CalibrationError(everyP, everyY),
            ProbabilityMetrics.LogLoss(everyP, everyY),
            ProbabilityMetrics.Brier(everyP, everyY),
            metrics);
    }

    private static LabelMetrics Measure(string label, double[] p, bool[] y, double threshold, Confusion confusion) =>
        new(
        label,
        confusion.Precision,
        confusion.Recall,
        confusion.F1,
        RankingMetrics.AveragePrecision(p, y),
        Support: confusion.TruePositives + confusion.FalseNegatives,
        Known: p.Length,
        threshold,
        RankingMetrics.RocAuc(p, y),
        ProbabilityMetrics.LogLoss(p, y),
        ProbabilityMetrics.Brier(p, y),
        ProbabilityMetrics.CalibrationError(p, y));

    private static AverageMetrics Macro(List<LabelMetrics> metrics)
    {
        var known = metrics.Where(m => m.Known > 0).ToArray();
        return new AverageMetrics(
            known.Average(m => m.Precision),
            known.Average(m => m.Recall),
            known.Average(m => m.F1),
            known.Where(m => m.Support > 0).Select(m => m.AveragePrecision).DefaultIfEmpty(0).Average());
    }

    /// <summary>Probabilities and answers of the rows whose answer is known.</summary>
    private static (double[] Probabilities, bool[] Answers) Known(
        ReadOnlySpan<double> probabilities, AnswerMatrix answers, int column, string label)
    {
        var (p, y) = (new List<double>(), new List<bool>());
        for (var row = 0; row < answers.Rows; row++)
        {
            if (answers[row, column] == AnswerMatrix.Unknown)
                continue;
            var probability = probabilities[row * answers.Labels + column];
            if (!(probability >= 0 && probability <= 1))
                throw new ArgumentException(
                    $"the probability of row {row} for label '{label}' is {probability}, not within 0 and 1", nameof(
                        probabilities));
            p.Add(probability);
            y.Add(answers[row, column] == AnswerMatrix.Yes);
        }
        return ([.. p], [.. y]);
    }
}
