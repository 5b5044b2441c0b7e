using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Worker.Reports.Figures;

/// <summary>A curve: names of columns, and a row of numbers for each point.</summary>
internal sealed record PointsRecord(IReadOnlyList<string> Columns, IReadOnlyList<PointRecord> Rows);

/// <summary>
/// One point of a curve, on one line of an indented file; null for NaN. Rounded to 6 digits, which is enough for a
/// curve.
/// </summary>
[JsonConverter(typeof(PointConverter))]
internal readonly record struct PointRecord(params double[] Values);

/// <summary>Writes a point as an array on one line.</summary>
internal sealed class PointConverter : JsonConverter<PointRecord>
{
    /// <summary>Files of figures are not read back.</summary>
    public override PointRecord Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("figures are only written, never read");

    public override void Write(Utf8JsonWriter writer, PointRecord value, JsonSerializerOptions options) =>
        writer.WriteRawValue("[" + string.Join(",", value.Values.Select(Number)) + "]");

    private static string Number(double value) => double.IsFinite(value)
        ? Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture)
        : "null";
}
