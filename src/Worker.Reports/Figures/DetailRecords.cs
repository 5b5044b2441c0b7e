using Worker.Learning.Evaluating;
using Worker.Learning.Evaluating.Curves;

namespace Worker.Reports.Figures;

/// <summary>The JSON shape of how often decisions are right, by their confidence.</summary>
internal sealed record ConfidenceRecord(
    JudgedRecord Certified,
    JudgedRecord Likely,
    JudgedRecord Uncertain,
    JudgedRecord TextsWithoutUncertain,
    JudgedRecord TextsWithUncertain,
    int TextsWithYes)
{
    public static ConfidenceRecord From(ConfidenceFigures figures) => new(
        JudgedRecord.From(figures.Certified), JudgedRecord.From(figures.Likely), JudgedRecord.From(figures.Uncertain),
        JudgedRecord.From(figures.SureTexts), JudgedRecord.From(figures.UnsureTexts), figures.TextsWithYes);
}

/// <summary>How many there are, and how many of them are wrong.</summary>
internal sealed record JudgedRecord(long Count, long Wrong)
{
    public static JudgedRecord From(Judged judged) => new(judged.All, judged.Wrong);
}

/// <summary>The JSON shape of the curves of one label, or of all pooled.</summary>
internal sealed record CurvesRecord(
    PointsRecord PrecisionRecall,
    PointsRecord Roc,
    PointsRecord Thresholds,
    ReliabilityRecord ReliabilityBefore,
    ReliabilityRecord ReliabilityAfter,
    HistogramRecord Histogram)
{
    public static CurvesRecord From(CurveSet curves) => new(
        new PointsRecord(
            ["threshold", "recall", "precision"],
            [.. curves.PrecisionRecall.Select(p => new PointRecord(p.Threshold, p.X, p.Y))]),
        new PointsRecord(
            ["threshold", "false_positive_rate", "true_positive_rate"],
            [.. curves.Roc.Select(p => new PointRecord(p.Threshold, p.X, p.Y))]),
        new PointsRecord(
            ["threshold", "precision", "recall", "f1"],
            [.. curves.Thresholds.Select(p =>
                new PointRecord(p.Threshold, p.Precision ?? double.NaN, p.Recall, p.F1))]),
        ReliabilityRecord.From(curves.Before),
        ReliabilityRecord.From(curves.After),
        new HistogramRecord(curves.Histogram.Yes, curves.Histogram.No));
}

/// <summary>The JSON shape of a reliability diagram.</summary>
internal sealed record ReliabilityRecord(double Ece, double Brier, double LogLoss, PointsRecord Bins)
{
    public static ReliabilityRecord From(ReliabilityDiagram diagram) => new(
        diagram.Ece, diagram.Brier, diagram.LogLoss, new PointsRecord(
            ["count", "probability", "observed", "low", "high"],
            [.. diagram.Bins.Select(b => new PointRecord(b.Count, b.MeanProbability, b.Observed, b.Low, b.High))]));
}

/// <summary>Rows by bin of probability, of those that have the label and of the others.</summary>
internal sealed record HistogramRecord(IReadOnlyList<int> Yes, IReadOnlyList<int> No);

/// <summary>The JSON shape of a label's decisions against answers, and of those that a certificate covers.</summary>
internal sealed record DecisionsRecord(
    long TruePositives,
    long FalsePositives,
    long FalseNegatives,
    long TrueNegatives,
    double Precision,
    double Recall,
    double F1,
    long CertifiedYes,
    long CertifiedYesWrong,
    long CertifiedNo,
    long CertifiedNoWrong)
{
    public static DecisionsRecord From(Confusion counts, CertifiedDecisions certified) => new(
        counts.TruePositives, counts.FalsePositives, counts.FalseNegatives, counts.TrueNegatives,
        counts.Precision, counts.Recall, counts.F1,
        certified.Yes.All, certified.Yes.Wrong, certified.No.All, certified.No.Wrong);
}

/// <summary>The JSON shape of a confusion; said is what the files call predicted.</summary>
internal sealed record ConfusedPairRecord(string Has, string Said, int Texts, double Share);

/// <summary>The JSON shape of a review curve.</summary>
internal sealed record ReviewRecord(int Texts, PointsRecord Points)
{
    public static ReviewRecord From(ReviewCurve review) => new(review.Texts, new PointsRecord(
        ["share", "error", "random_error", "automatic_error", "text_error"],
        [.. review.Points.Select(p =>
            new PointRecord(p.Share, p.Error, p.RandomError, p.AutomaticError, p.TextError))]));
}

/// <summary>The JSON shape of all slices.</summary>
internal sealed record SlicesRecord(IReadOnlyList<SliceRecord> Length, IReadOnlyList<SliceRecord> Source);

/// <summary>The JSON shape of figures of a part of the texts.</summary>
internal sealed record SliceRecord(
    string Name,
    int Texts,
    double TextError,
    double Ece,
    long TruePositives,
    long FalsePositives,
    long FalseNegatives,
    long TrueNegatives,
    double Precision,
    double Recall,
    double F1)
{
    public static SliceRecord From(Slice slice) => new(
        slice.Name, slice.Texts, slice.TextError, slice.Ece,
        slice.Decisions.TruePositives, slice.Decisions.FalsePositives, slice.Decisions.FalseNegatives,
        slice.Decisions.TrueNegatives, slice.Decisions.Precision, slice.Decisions.Recall, slice.Decisions.F1);
}

/// <summary>
/// A mistake, by the text's place in the file, counted from 0. The file is for figures, not for texts.
/// </summary>
internal sealed record MistakeRecord(int Text, string Label, double P, int Answer);
