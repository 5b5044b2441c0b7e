using System.Text.Json;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>Rows of one JSON array, read as it arrives: objects, or strings, which are texts.</summary>
internal static class JsonRows
{
    private static readonly ColumnNames TextAlone = new([TextColumns.Default], isFixed: true);

    public static IEnumerable<ReadRow> Read(Stream stream, string source)
    {
        using var guarded = new Utf8Guard(stream, source);
        using var items = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(guarded).ToBlockingEnumerable()
            .GetEnumerator();
        for (var number = 1L; Next(items, source, number); number++)
        {
            var (item, place) = (items.Current, $"item {number}");
            yield return item.ValueKind switch
            {
                JsonValueKind.Object => new ReadRow(number, JsonValues.Row(item, place)),
                JsonValueKind.String => new ReadRow(number, new DataRow(place, TextAlone, _ => JsonValues.Of(item))),
                _ => new ReadRow(number, null,
                    $"{source}, {place}: is {JsonValues.Name(item)}, not an object: write {JsonValues.Example}"),
            };
        }
    }

    private static bool Next(IEnumerator<JsonElement> items, string source, long number)
    {
        try
        {
            return items.MoveNext();
        }
        catch (JsonException broken)
        {
            throw new ExampleFormatException(
                $"{source}, line {broken.LineNumber + 1}: the array breaks off or is not JSON" +
                $" (in item {number}, at byte {broken.BytePositionInLine}): it must be one array of objects");
        }
    }
}
