using Worker.Core.Decisions;
using Worker.Learning.Evaluating.Curves;
using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>The curves of one label, or of all pooled.</summary>
/// <param name="PrecisionRecall">Empty without positives.</param>
/// <param name="Roc">Empty if only one kind of answer is known.</param>
/// <param name="Before">Reliability of σ(logit).</param>
/// <param name="After">Reliability of calibrated probabilities.</param>
/// <param name="Thresholds">Empty without positives.</param>
/// <param name="Histogram">Of calibrated probabilities.</param>
internal sealed record CurveSet(
    IReadOnlyList<OperatingPoint> PrecisionRecall,
    IReadOnlyList<OperatingPoint> Roc,
    ReliabilityDiagram Before,
    ReliabilityDiagram After,
    IReadOnlyList<ThresholdPoint> Thresholds,
    ScoreHistogram Histogram)
{
    public static CurveSet Of(EvaluatedTexts evaluated, int? column)
    {
        var after = Scored(evaluated, evaluated.Probabilities, column);
        return new CurveSet(
            OperatingCurves.PrecisionRecall(after),
            OperatingCurves.Roc(after),
            ReliabilityDiagram.Of(Scored(evaluated, evaluated.Uncalibrated, column)),
            ReliabilityDiagram.Of(after),
            ThresholdCurve.Of(after),
            ScoreHistogram.Of(after));
    }

    private static ScoredAnswers Scored(EvaluatedTexts evaluated, double[] from, int? column)
    {
        var (p, y) = evaluated.Known(from, column);
        return new ScoredAnswers(p, y);
    }
}

/// <summary>Decisions of a label that a certificate covers.</summary>
/// <param name="Rows">With a known answer.</param>
internal readonly record struct CertifiedDecisions(int Rows, Judged Yes, Judged No)
{
    public static CertifiedDecisions Of(EvaluatedTexts evaluated, int column)
    {
        var (rows, yes, no) = (0, default(Judged), default(Judged));
        for (var row = 0; row < evaluated.Texts.Count; row++)
        {
            var answer = evaluated.Answers[row, column];
            if (answer == AnswerMatrix.Unknown)
                continue;
            rows++;
            var decision = evaluated.Decisions(row)[column];
            if (decision.Confidence != Confidence.Certified)
                continue;
            if (decision.Decision == Decision.Yes)
                yes += new Judged(1, answer == AnswerMatrix.Yes ? 0 : 1);
            else
                no += new Judged(1, answer == AnswerMatrix.No ? 0 : 1);
        }
        return new CertifiedDecisions(rows, yes, no);
    }
}

/// <summary>One label in detail.</summary>
/// <param name="Decisions">As the worker decides.</param>
/// <param name="Certified">Those that a certificate covers.</param>
/// <param name="FalseNegatives">Texts that have it and were decided no, the most confident mistake first.</param>
/// <param name="FalsePositives">Texts that do not have it and were decided yes, likewise.</param>
internal sealed record LabelDetail(
    string Label, CurveSet Curves, Confusion Decisions, CertifiedDecisions Certified,
    IReadOnlyList<WrongExample> FalseNegatives, IReadOnlyList<WrongExample> FalsePositives);

/// <summary>
/// Everything beyond the figures of <see cref="Evaluation"/>: curves, confusions, review, slices, mistakes.
/// </summary>
/// <param name="Pooled">All decisions of all labels.</param>
/// <param name="Confidence">How often decisions of each confidence are right.</param>
/// <param name="Labels">In the heads' order.</param>
/// <param name="Confusions">Null with one label.</param>
/// <param name="Lengths">By length of the text.</param>
/// <param name="Sources">By source; empty if no text names one.</param>
internal sealed record EvaluationDetail(
    CurveSet Pooled,
    ConfidenceFigures Confidence,
    IReadOnlyList<LabelDetail> Labels,
    ConfusionTable? Confusions,
    ReviewCurve Review,
    IReadOnlyList<Slice> Lengths,
    IReadOnlyList<Slice> Sources)
{
    /// <summary>Mistakes shown per label and kind.</summary>
    private const int Examples = 5;

    public static EvaluationDetail Of(EvaluatedTexts evaluated)
    {
        var labels = new LabelDetail[evaluated.Heads.Count];
        Parallel.For(0, labels.Length, column =>
        {
            labels[column] = new LabelDetail(
                evaluated.Heads[column].Label,
                CurveSet.Of(evaluated, column),
                evaluated.Confusion(column),
                CertifiedDecisions.Of(evaluated, column),
                WrongExample.Of(evaluated, column, answer: true, Examples),
                WrongExample.Of(evaluated, column, answer: false, Examples));
        });
        var errors = TextError.Of(evaluated);
        return new EvaluationDetail(
            CurveSet.Of(evaluated, null),
            ConfidenceFigures.Of(evaluated),
            labels,
            ConfusionTable.Of(evaluated),
            ReviewCurve.Of(errors),
            Slice.ByLength(evaluated, errors),
            Slice.BySource(evaluated, errors));
    }
}
