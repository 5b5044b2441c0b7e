using Worker.Core.Heads;
using Worker.Learning.Evaluating.Curves;

namespace Worker.Learning.Evaluating;

/// <summary>The curves of one label, or of all pooled.</summary>
/// <param name="PrecisionRecall">Empty without positives.</param>
/// <param name="Roc">Empty when rows of one kind only are known.</param>
/// <param name="Before">Reliability of σ(logit).</param>
/// <param name="After">Reliability of calibrated probabilities.</param>
/// <param name="Thresholds">Empty without positives.</param>
/// <param name="Histogram">Of calibrated probabilities.</param>
public sealed record CurveSet(
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

/// <summary>What a label's band decides without people: p ≥ high is yes, p ≤ low is no.</summary>
/// <param name="Rows">With a known answer.</param>
public readonly record struct AutomaticDecisions(int Rows, int Yes, int WrongYes, int No, int WrongNo)
{
    public static AutomaticDecisions Of(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, Thresholds thresholds)
    {
        var (yes, wrongYes, no, wrongNo) = (0, 0, 0, 0);
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] >= thresholds.High)
                (yes, wrongYes) = (yes + 1, wrongYes + (answers[i] ? 0 : 1));
            else if (probabilities[i] <= thresholds.Low)
                (no, wrongNo) = (no + 1, wrongNo + (answers[i] ? 1 : 0));
        }
        return new AutomaticDecisions(probabilities.Length, yes, wrongYes, no, wrongNo);
    }
}

/// <summary>One label in detail.</summary>
/// <param name="Decisions">At its threshold.</param>
/// <param name="Automatic">What the head decides without people, at its low and high.</param>
/// <param name="Missed">Texts that have it and were decided no, the most confident mistake first.</param>
/// <param name="SaidWrongly">Texts that have it not and were decided yes, likewise.</param>
public sealed record LabelDetail(
    string Label, CurveSet Curves, Confusion Decisions, AutomaticDecisions Automatic, IReadOnlyList<WrongExample> Missed, IReadOnlyList<WrongExample> SaidWrongly);

/// <summary>Everything beyond the figures of <see cref="Evaluation"/>: curves, confusions, review, slices, mistakes.</summary>
/// <param name="Pooled">All decisions of all labels.</param>
/// <param name="Labels">In the heads' order.</param>
/// <param name="Confusions">Null with one label.</param>
/// <param name="Lengths">By length of the text.</param>
/// <param name="Sources">By source; empty when no text names one.</param>
public sealed record EvaluationDetail(
    CurveSet Pooled,
    IReadOnlyList<LabelDetail> Labels,
    ConfusionTable? Confusions,
    ReviewCurve Review,
    IReadOnlyList<Slice> Lengths,
    IReadOnlyList<Slice> Sources)
{
    /// <summary>Mistakes shown a label and kind.</summary>
    private const int Examples = 5;

    public static EvaluationDetail Of(EvaluatedTexts evaluated)
    {
        var labels = new LabelDetail[evaluated.Heads.Count];
        Parallel.For(0, labels.Length, column =>
        {
            var (p, y) = evaluated.Known(evaluated.Probabilities, column);
            labels[column] = new LabelDetail(
                evaluated.Heads[column].Label,
                CurveSet.Of(evaluated, column),
                Confusion.Of(p, y, evaluated.Heads[column].Thresholds.Decide),
                AutomaticDecisions.Of(p, y, evaluated.Heads[column].Thresholds),
                WrongExample.Of(evaluated, column, answer: true, Examples),
                WrongExample.Of(evaluated, column, answer: false, Examples));
        });
        var errors = TextError.Of(evaluated);
        return new EvaluationDetail(
            CurveSet.Of(evaluated, null),
            labels,
            ConfusionTable.Of(evaluated),
            ReviewCurve.Of(errors),
            Slice.ByLength(evaluated, errors),
            Slice.BySource(evaluated, errors));
    }
}
