using Worker.Learning.Evaluating;
using Worker.Learning.Evaluating.Curves;
using Worker.Learning.Experiments;

namespace Worker.Learning.Tests.Figures;

/// <summary>Small hand-made figures of every kind that files have.</summary>
internal static class Made
{
    public static AnomalyMetrics Anomaly { get; } = new(
        new SeparationMetrics(0.75, 0.5, 0.25),
        new Dictionary<string, SeparationMetrics>(StringComparer.Ordinal)
        {
            ["neighbours"] = new(1, 0.875, 0),
            ["length"] = new(0.5, 0.25, 1),
        },
        Known: 4, Unknown: 2, KnownFlagged: 0.25, UnknownFlagged: 0.5);

    public static Evaluation Evaluation { get; } = new(
        new AverageMetrics(0.5, 0.25, 0.125, 1),
        new AverageMetrics(0.75, 1, 0.875, 0),
        Ece: 0.0625,
        LogLoss: 1e-7,
        Brier: 0.03125,
        [
            new LabelMetrics("Größe <1>", 0.5, 0.25, 0.125, 1, Support: 2, Known: 5, 0.75, RocAuc: 0.875, 0.25, 0.5, 0),
            new LabelMetrics("rare", 0, 0, 0, 0, Support: 0, Known: 5, 0.5, RocAuc: null, 0.25, 0.5, 0),
        ]);

    public static EvaluationDetail Detail { get; } = new(
        Curves(0.5),
        new ConfidenceFigures(new(4, 1), new(3, 0), new(2, 2), new(5, 1), new(1, 1), TextsWithYes: 3),
        [
            new LabelDetail(
                "Größe <1>", Curves(0.123456789), new Confusion(3, 1, 0, 4),
                new CertifiedDecisions(8, new(2, 1), new(3, 0)),
                [], [new WrongExample(7, "Größe <1>", 0.9375, Answer: false)]),
            new LabelDetail(
                "rare", Curves(1), new Confusion(0, 0, 1, 1), new CertifiedDecisions(2, default, default),
                [new WrongExample(2, "rare", 0.0625, Answer: true)], []),
        ],
        new ConfusionTable(false, ["rare"], [[0]], [1], [new ConfusedPair("rare", "Größe <1>", 1, 0.5)]),
        new ReviewCurve(6, [new ReviewPoint(0, 0.5, 0.5, 0.5, 1), new ReviewPoint(1, 0, 0, 0, 0)]),
        [new Slice("1 to 9 characters", 6, new Confusion(3, 1, 1, 5), 0.5, 0.25)],
        []);

    public static ExperimentResult Experiment { get; } = new(
        ["Größe <1>"],
        [
            new VariantResult(
                "taps", "one head per label on taps: the base", [Evaluated(0.5), Evaluated(0.25)], [0.75, 0.5], [],
                1.23456),
            new VariantResult("bagged", "mean of 5 heads", [Evaluated(0.75), Evaluated(1)], [], [0.5, 0.75], 2),
        ],
        (6, 2, 2), 2);

    private static CurveSet Curves(double at) => new(
        [new OperatingPoint(at, 0.25, 1)],
        [new OperatingPoint(double.PositiveInfinity, 0, 0), new OperatingPoint(at, 1, 1)],
        new ReliabilityDiagram([new CalibrationBin(3, 0.25, 1.0 / 3, 0.0625, 0.75)], 0.125, 0.25, 0.5),
        new ReliabilityDiagram([], 0, 0, 0),
        [new ThresholdPoint(0, 0.5, 1, 2.0 / 3), new ThresholdPoint(1, null, 0, 0)],
        new ScoreHistogram([0, 2], [1, 0]));

    private static Evaluation Evaluated(double figure) => new(
        new AverageMetrics(figure, figure, figure, figure),
        new AverageMetrics(figure, figure, figure, figure),
        figure, figure, figure,
        [
            new LabelMetrics(
                "Größe <1>", 0, 0, figure, figure, Support: figure == 1 ? 0 : 1, Known: 2, 0.5, null, figure, 0,
                figure),
        ]);
}
