using System.Text.Json;
using Worker.Learning.Overfitting;

namespace Worker.Reports.Figures;

/// <summary>
/// A training as JSON:
/// <code>
/// {"labels": {"spam": {"positives", "negatives", "folds", "l2", "f1", "average_precision", "training_log_loss",
///   "held_out_log_loss", "frequency_log_loss", "fall_per_doubling", "more_answers_help", "overfits", "sentence",
///   "learning_curve": {"columns", "rows"}, "penalties": {"columns", "rows"}}}}
/// </code>
/// </summary>
internal static class TrainingJson
{
    /// <summary>Writes UTF-8 JSON; the stream is left open.</summary>
    public static void Write(Stream output, IReadOnlyList<TrainedLabel> labels) => JsonSerializer.Serialize(
        output, TrainingRecord.From(labels), FiguresContext.Readable.TrainingRecord);
}
