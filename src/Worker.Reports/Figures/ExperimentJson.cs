using System.Text.Json;
using Worker.Learning.Experiments;

namespace Worker.Reports.Figures;

/// <summary>
/// An experiment as JSON:
/// <code>
/// {"seeds", "texts": {"fit", "validation", "test"}, "variants": {"taps": {"description", "seconds",
///   "f1": {"mean", "two_sigma", "seeds", "against_base": {"mean", "two_errors", "verdict"}},
///   "average_precision", "log_loss", "ece", "mistake_auroc", "spread_auroc",
///   "labels": {"spam": {"f1": {"mean", "two_sigma", "seeds"}, …}}}}}
/// </code>
/// </summary>
internal static class ExperimentJson
{
    /// <summary>Writes UTF-8 JSON; the stream is left open.</summary>
    public static void Write(Stream output, ExperimentResult result) =>
        JsonSerializer.Serialize(output, ExperimentRecord.From(result), FiguresContext.Readable.ExperimentRecord);
}
