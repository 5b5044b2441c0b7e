using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Worker.Kafka.Configuration;

namespace Worker.Diagnosing;

/// <summary>Writes findings for people (80 columns) or as JSON; users and passwords in URLs are masked.</summary>
internal static class FindingReport
{
    private const int Columns = 80;
    private const int Indent = 11;

    /// <summary>One finding: a line, wrapped if it is long, and below it what to do.</summary>
    /// <param name="colour">Whether the terminal understands colours.</param>
    public static string Text(Finding finding, bool colour)
    {
        var word = finding.Status switch
        {
            FindingStatus.Ok => "ok",
            FindingStatus.Unknown => "unknown",
            FindingStatus.Warning => "warning",
            _ => "failed",
        };
        var code = finding.Status switch
        {
            FindingStatus.Ok => 32,
            FindingStatus.Unknown => 90,
            FindingStatus.Warning => 33,
            _ => 31,
        };
        var shown = colour ? $"\e[{code}m{word}\e[0m" : word;
        var text = new StringBuilder();
        text.Append(shown).Append(' ', Indent - word.Length);
        Wrap(text, $"{finding.Name}: {ClientSecrets.RedactUrls(finding.Text)}");
        if (finding.Advice is not null)
        {
            text.Append(' ', Indent);
            Wrap(text, $"what to do: {ClientSecrets.RedactUrls(finding.Advice)}");
        }
        return text.ToString();
    }

    /// <summary>{"checks": [{"name", "verdict", "text", "advice"}], "failed", "warnings", "unknown"}.</summary>
    public static string Json(IReadOnlyList<Finding> findings)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("checks");
            foreach (var finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("name", finding.Name);
                json.WriteString("verdict", finding.Status.ToString().ToLowerInvariant());
                json.WriteString("text", ClientSecrets.RedactUrls(finding.Text));
                if (finding.Advice is not null)
                    json.WriteString("advice", ClientSecrets.RedactUrls(finding.Advice));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("failed", findings.Count(finding => finding.Status == FindingStatus.Failed));
            json.WriteNumber("warnings", findings.Count(finding => finding.Status == FindingStatus.Warning));
            json.WriteNumber("unknown", findings.Count(finding => finding.Status == FindingStatus.Unknown));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>
    /// Wraps words at the last column; further lines begin at the column of the first. A longer word has its own line.
    /// </summary>
    private static void Wrap(StringBuilder text, string words)
    {
        var column = Indent;
        foreach (var line in words.Split('\n'))
        {
            if (column > Indent)
            {
                text.Append('\n').Append(' ', Indent);
                column = Indent;
            }
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (column > Indent && column + 1 + word.Length > Columns)
                {
                    text.Append('\n').Append(' ', Indent);
                    column = Indent;
                }
                if (column > Indent)
                {
                    text.Append(' ');
                    column++;
                }
                text.Append(word);
                column += word.Length;
            }
        }
        text.Append('\n');
    }
}
