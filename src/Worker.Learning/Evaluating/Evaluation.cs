namespace Worker.Learning.Evaluating;

/// <summary>Precision, recall, F1 and average precision over several labels.</summary>
internal sealed record AverageMetrics(double Precision, double Recall, double F1, double AveragePrecision);

/// <summary>Figures of one label on the rows whose answer is known.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Precision">At the threshold; 0 if nothing was predicted yes.</param>
/// <param name="Recall">At the threshold; 0 when there are no positives.</param>
/// <param name="F1">At the threshold; 0 when there are no positives.</param>
/// <param name="AveragePrecision">See <see cref="RankingMetrics.AveragePrecision"/>; 0 when there are no
/// positives.</param>
/// <param name="Support">Rows that have the label.</param>
/// <param name="Known">Rows whose answer is known.</param>
/// <param name="Threshold">The decision is yes from this probability up.</param>
/// <param name="RocAuc">Null if only one kind of answer is known.</param>
/// <param name="LogLoss">Of the probabilities.</param>
/// <param name="Brier">Of the probabilities.</param>
/// <param name="Ece">See <see cref="ProbabilityMetrics.CalibrationError"/>.</param>
internal sealed record LabelMetrics(
    string Label,
    double Precision,
    double Recall,
    double F1,
    double AveragePrecision,
    long Support,
    long Known,
    double Threshold,
    double? RocAuc,
    double LogLoss,
    double Brier,
    double Ece);

/// <summary>How good heads are on a data set.</summary>
/// <param name="Macro"> Plain means over labels. Precision, recall and F1 over every label with a known answer, where a
/// label without positives counts 0; average precision over the labels with positives, because it means nothing for the
/// others.
/// </param>
/// <param name="Micro">All decisions of all labels counted together; average precision of all probabilities
/// pooled.</param>
/// <param name="Ece">Calibration error of all probabilities pooled.</param>
/// <param name="LogLoss">Of all probabilities pooled.</param>
/// <param name="Brier">Of all probabilities pooled.</param>
/// <param name="Labels">In the order asked for.</param>
internal sealed record Evaluation(
    AverageMetrics Macro,
    AverageMetrics Micro,
    double Ece,
    double LogLoss,
    double Brier,
    IReadOnlyList<LabelMetrics> Labels);
