using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Worker.Reports.Figures;

/// <summary>Source-generated serialiser of files of figures: no reflection at run time.</summary>
[JsonSerializable(typeof(EvaluationRecord))]
[JsonSerializable(typeof(ExperimentRecord))]
[JsonSerializable(typeof(TrainingRecord))]
internal sealed partial class FiguresContext : JsonSerializerContext
{
    /// <summary>
    /// Indented. Labels of any language stay readable, while JSON's own default escapes everything but ASCII.
    /// </summary>
    public static FiguresContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
