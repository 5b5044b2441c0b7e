using System.Text.Encodings.Web;
using System.Text.Json;

namespace Worker.Terminal;

/// <summary>
/// Reads JSON lines {"text": "..."} from standard input and writes one JSON line for each, in order, as they come.
/// </summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// Hands texts to <paramref name="write"/> in blocks of what has arrived, up to a limit. So a person who types sees
    /// each answer immediately, and a pipe is read in large blocks.
    /// </summary>
    /// <param name="limit">Maximum number of texts in a block.</param>
    /// <param name="write">Given the texts of a block (UTF-8), writes one JSON object per text, in order.</param>
    public static async Task<int> Answer(int limit, Action<IReadOnlyList<byte[]>, Action<Action<Utf8JsonWriter>>> write,
        CancellationToken stop)
    {
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        using var lines = new LineReader(input);
        var block = new List<byte[]>();
        var buffer = new MemoryStream();
        for (var number = 1L; await lines.Read(stop) is { } line;)
        {
            block.Add(Text(line, number++));
            while (block.Count < limit && lines.TryRead(out var next))
                block.Add(Text(next, number++));
            write(block, fields => WriteLine(buffer, fields));
            buffer.Position = 0;
            await buffer.CopyToAsync(output, stop);
            await output.FlushAsync(stop);
            buffer.SetLength(0);
            block.Clear();
        }
        return ExitCode.Done;
    }

    /// <summary>
    /// One line with one array of numbers, each in the shortest form that reads back as the same float.
    /// </summary>
    public static void WriteRow(Action<Action<Utf8JsonWriter>> write, string name, ReadOnlyMemory<float> row) =>
        write(json =>
    {
        json.WriteStartArray(name);
        foreach (var value in row.Span)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    });

    private static void WriteLine(Stream buffer, Action<Utf8JsonWriter> fields)
    {
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
    }

    private static byte[] Text(byte[] line, long number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
                return System.Text.Encoding.UTF8.GetBytes(text.GetString()!);
            throw new UserError(
                $"standard input, line {number}: no string \"text\" in the object: write lines such as {{\"text\": " +
                "\"hello\"}");
        }
        catch (JsonException error)
        {
            throw new UserError(
                $"standard input, line {number}: not JSON ({error.Message}): write lines such as {{\"text\": " +
                "\"hello\"}");
        }
        catch (InvalidOperationException)
        {
            throw new UserError(
                $"standard input, line {number}: \"text\" holds an escaped lone surrogate, which is not a character");
        }
    }
}
