using System.Text.Json;
using CsvHelper;
using Worker.Terminal;

namespace Worker.Demo;

/// <summary>
/// Reads a person's own texts: JSON lines with "text", CSV with a header (the column named text, message, body, content or
/// comment, else the one with the longest values), or one text a line. The kind is told by the content.
/// </summary>
internal static class TextFile
{
    private static readonly string[] ColumnNames = ["text", "message", "body", "content", "comment", "review"];

    /// <exception cref="UserError">The file is not there, holds no text, or its JSON has none where it should.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        if (!File.Exists(path))
            throw new UserError($"{Path.GetFullPath(path)} is not there: name a file of JSON lines, CSV or plain lines");
        var first = File.ReadLines(path).FirstOrDefault(line => !string.IsNullOrWhiteSpace(line))
            ?? throw new UserError($"{path} holds no text");
        var texts = first.TrimStart().StartsWith('{') ? JsonLines(path)
            : path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? Csv(path, ',')
            : path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? Csv(path, '\t')
            : [.. File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line))];
        return texts.Count > 0 ? texts : throw new UserError($"{path} holds no text");
    }

    private static List<string> JsonLines(string path)
    {
        var texts = new List<string>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                using var json = JsonDocument.Parse(line);
                if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("text", out var text) || text.ValueKind != JsonValueKind.String)
                    throw new UserError($"{path}, line {number}: no string \"text\": write lines such as {{\"text\": \"hello\"}}");
                texts.Add(text.GetString()!);
            }
            catch (JsonException error)
            {
                throw new UserError($"{path}, line {number}: not JSON ({error.Message})");
            }
        }
        return texts;
    }

    private static List<string> Csv(string path, char separator)
    {
        // Bad quoting is read as it stands, and a field that is missing as empty.
        using var csv = CsvReader.FromFile(path, new CsvReaderOptions { Separator = separator });
        string[] header = [.. csv.Headers];
        var rows = new List<string[]>();
        while (csv.Read())
            rows.Add([.. Enumerable.Range(0, header.Length).Select(csv.GetString)]);
        if (rows.Count == 0)
            throw new UserError($"{path} has a header and no rows");
        var column = Array.FindIndex(header, name => ColumnNames.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase));
        if (column < 0)
            column = Enumerable.Range(0, header.Length).MaxBy(candidate => rows.Take(200).Sum(row => row[candidate].Length));
        Console.Error.WriteLine($"{path}: {rows.Count:N0} rows, texts from column '{header[column]}'");
        return [.. rows.Select(row => row[column]).Where(text => text.Length > 0)];
    }
}
