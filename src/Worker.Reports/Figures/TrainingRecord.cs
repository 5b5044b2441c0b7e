using Worker.Learning.Experiments;
using Worker.Learning.Overfitting;

namespace Worker.Reports.Figures;

/// <summary>The JSON shape of a training.</summary>
/// <param name="Labels">By label.</param>
internal sealed record TrainingRecord(IReadOnlyDictionary<string, TrainedRecord> Labels)
{
    public static TrainingRecord From(IReadOnlyList<TrainedLabel> labels) => new(labels.ToDictionary(
        label => label.Figures.Label, TrainedRecord.From, StringComparer.Ordinal));
}

/// <summary>The JSON shape of one trained label.</summary>
internal sealed record TrainedRecord(
    int Positives,
    int Negatives,
    int Folds,
    double L2,
    double F1,
    double AveragePrecision,
    double TrainingLogLoss,
    double HeldOutLogLoss,
    double FrequencyLogLoss,
    double FallPerDoubling,
    bool MoreAnswersHelp,
    bool Overfits,
    string Sentence,
    PointsRecord LearningCurve,
    PointsRecord Penalties)
{
    public static TrainedRecord From(TrainedLabel label)
    {
        var (figures, diagnosis) = (label.Figures, label.Diagnosis);
        return new TrainedRecord(
            figures.Positives, figures.Negatives, figures.Folds, figures.L2, figures.F1, figures.AveragePrecision,
            diagnosis.Training, diagnosis.HeldOut, diagnosis.Constant, diagnosis.PerDoubling, diagnosis.MoreHelps,
            diagnosis.Overfits, diagnosis.Sentence, Curve(label.Curve),
            new PointsRecord(
                ["l2", "training_log_loss", "held_out_log_loss"],
                [.. figures.Path.Select(step => new PointRecord(step.L2, step.Training, step.HeldOut))]));
    }

    private static PointsRecord Curve(LearningCurve curve) => new(
        ["examples", "positives", "training_log_loss", "held_out_log_loss", "held_out_log_loss_two_sigma",
            "average_precision", "average_precision_two_sigma"],
        [.. curve.Points.Select(point =>
        {
            var (heldOut, precision) = (Estimate.Of(point.HeldOut), Estimate.Of(point.AveragePrecision));
            return new PointRecord(
                point.Examples, point.Positives, point.Training.Average(), heldOut.Mean, heldOut.TwoSigma,
                precision.Mean, precision.TwoSigma);
        })]);
}
