using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Worker.Core.Heads;
using static Worker.Terminal.TextColumns;

namespace Worker.Heads;

/// <summary>
/// The heads of a topic, one line per label, for people (80 columns), pipes (tab-separated) and programs (JSON).
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="now">Certificates that have expired by then are shown as expired.</param>
internal sealed class HeadsTable(TextWriter output, DateTimeOffset now)
{
    private const int LabelWidth = 20;
    private const int GroupWidth = 10;
    private const int EncoderWidth = 8;
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Columns for a terminal, with a header, and a summary below.</summary>
    public void WriteTable(TopicHeads topic)
    {
        output.WriteLine($"{"label",-LabelWidth} {"ver",4} {"published (UTC)",-16} {"from p",6} {"certified",-9} " +
            $"{"encoder",-EncoderWidth} group");
        foreach (var entry in topic.Entries)
        {
            var version = entry.Head is null ? "?" : $"{entry.Head.Version}";
            var label = Padded(Fitted(entry.Label, LabelWidth), LabelWidth);
            var start = $"{label} {version,4} {entry.When,-16} ";
            output.WriteLine(start + (entry.Head is { } head
                ? $"{HeadWords.Number(head.Thresholds.Decide),6} {HeadWords.Sides(head, now),-9} " +
                    $"{Fitted(head.Encoder, EncoderWidth),-EncoderWidth} {Fitted(head.Group ?? "-", GroupWidth)}"
                : Fitted(entry.Problem!, Screen - 1 - Width(start))));
        }
        output.WriteLine();
        foreach (var line in Remarks(topic))
            output.WriteLine(line);
    }

    /// <summary>
    /// label, version, published, threshold, certificate, encoder, group, separated by tabs; - for a missing value.
    /// </summary>
    public void WritePlain(TopicHeads topic)
    {
        foreach (var entry in topic.Entries)
            output.WriteLine(string.Join('\t', (string[])[OneLine(entry.Label), .. Fields(entry)]));
    }

    /// <summary>One JSON object per line.</summary>
    public void WriteJson(TopicHeads topic)
    {
        foreach (var entry in topic.Entries)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer, Readable))
                Write(json, entry);
            output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        }
    }

    private string[] Fields(HeadEntry entry)
    {
        var written = entry.Written is { } at ? $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : "-";
        return entry.Head is { } head
            ?
            [
                $"{head.Version}", written, HeadWords.Number(head.Thresholds.Decide), HeadWords.Sides(head, now),
                head.Encoder, OneLine(head.Group ?? "-"),
            ]
            : ["?", written, "-", "-", "-", OneLine(entry.Problem!)];
    }

    private static IEnumerable<string> Remarks(TopicHeads topic)
    {
        yield return topic.Entries.Count == 1 ? "1 label" : $"{topic.Entries.Count} labels";
        var encoders = topic.Heads.CountBy(head => head.Encoder, StringComparer.Ordinal)
            .OrderByDescending(encoder => encoder.Value)
            .Select(encoder => $"{Fitted(encoder.Key, EncoderWidth)}: {encoder.Value}").ToList();
        if (encoders.Count > 1)
            yield return $"heads of {encoders.Count} encoders ({string.Join(", ", encoders)}): a worker uses only " +
                "its own";
        if (topic.Entries.Count(entry => entry.Head is null) is var bad and > 0)
            yield return $"{bad} of them are not used: publish, sign, roll back or retire them";
        if (topic.Challengers is { Count: > 0 } challengers)
            yield return challengers.Count == 1 ? $"1 challenger runs in shadow: {Named(challengers[0])}"
                : $"{challengers.Count} challengers run in shadow, the first is {Named(challengers[0])}";
        if (topic.Canaries is { Count: > 0 } canaries)
            yield return canaries.Count == 1
                ? $"1 canary decides {HeadWords.Percent(canaries[0].CanaryShare!.Value)} of the messages: " +
                    Named(canaries[0])
                : $"{canaries.Count} canaries decide a share of the messages, the first is {Named(canaries[0])}";
        yield return topic.Reference is { } reference
            ? $"anomaly reference {reference.Hash[..12]}, {reference.Bytes / 1024:N0} KiB, " +
                $"encoder {Fitted(reference.Encoder, EncoderWidth)}"
            : "no anomaly reference";
    }

    private static string Named(Head head) => $"{OneLine(head.Label)} v{head.Version}";

    private void Write(Utf8JsonWriter json, HeadEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("label", entry.Label);
        if (entry.Head is { } head)
            Write(json, head);
        else
            json.WriteString("problem", entry.Problem);
        if (entry.Written is { } written)
            json.WriteString("published", written);
        json.WriteNumber("partition", entry.Partition);
        json.WriteNumber("offset", entry.Offset);
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, Head head)
    {
        json.WriteNumber("version", head.Version);
        json.WriteString("encoder", head.Encoder);
        json.WriteString("feature", head.Feature);
        json.WriteStartObject("thresholds");
        json.WriteNumber("low", head.Thresholds.Low);
        json.WriteNumber("decide", head.Thresholds.Decide);
        json.WriteNumber("high", head.Thresholds.High);
        json.WriteEndObject();
        if (head.Certificate is { } certificate)
        {
            json.WriteStartObject("certificate");
            json.WriteString("sides", HeadWords.Sides(certificate, DateTimeOffset.MinValue));
            json.WriteNumber("error", certificate.Error);
            json.WriteNumber("delta", certificate.Delta);
            json.WriteString("origin", HeadWords.Origin(certificate));
            json.WriteString("date", certificate.Date);
            if (certificate.Expires is { } expires)
                json.WriteString("expires", expires);
            json.WriteBoolean("holds", certificate.Holds(now));
            json.WriteEndObject();
        }
        if (head.Described is not null)
            json.WriteBoolean("described", true);
        if (head.Group is not null)
            json.WriteString("group", head.Group);
        if (head.Parent is { } parent)
            json.WriteNumber("parent", parent);
    }
}
