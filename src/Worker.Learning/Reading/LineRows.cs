using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Worker.Learning.Reading;

/// <summary>Rows of a file of lines: JSON objects, or texts. A broken line does not affect other lines.</summary>
internal static class LineRows
{
    private static readonly ColumnNames TextAlone = new([TextColumns.Default], isFixed: true);

    /// <param name="stream">Disposed of.</param>
    /// <param name="source">Its name in error messages.</param>
    /// <param name="example">A line as it should be, for error messages.</param>
    public static IEnumerable<ReadRow> Json(Stream stream, string source, string example = JsonValues.Example) =>
        Read(stream, source, (line, place) => JsonLine(line, place, example));

    public static IEnumerable<ReadRow> Texts(Stream stream, string source) => Read(stream, source, (line, place) =>
    {
        var text = Encoding.UTF8.GetString(line.Span);
        return (new DataRow(place, TextAlone, _ => text), null);
    });

    private static IEnumerable<ReadRow> Read(
        Stream stream, string source, Func<ReadOnlyMemory<byte>, string, (DataRow? Row, string? Problem)> parse)
    {
        using var owned = stream;
        var lines = new ByteLines(stream);
        for (var number = 1L; lines.Read() is { } line; number++)
        {
            if (!Utf8.IsValid(line.Span))
            {
                yield return new ReadRow(number, null, Utf8Guard.Problem(source, lines.Number, line.Span), Stops: true);
                continue;
            }
            var place = $"line {lines.Number}";
            var (row, problem) = parse(line, place);
            yield return new ReadRow(number, row, problem is null ? null : $"{source}, {place}: {problem}");
        }
    }

    private static (DataRow? Row, string? Problem) JsonLine(
        ReadOnlyMemory<byte> line, string place, string example)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? (JsonValues.Row(root.Clone(), place), null)
                : (null, $"is {JsonValues.Name(root)}, not an object: write {example}");
        }
        catch (JsonException broken)
        {
            return (null, $"is not JSON (at byte {broken.BytePositionInLine}): write one object per line, e.g. "
                + example);
        }
    }
}
