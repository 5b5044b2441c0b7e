using System.Text.Encodings.Web;
using System.Text.Json;
using Worker.Core.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>Which labels two sets of heads share, and how their heads differ.</summary>
/// <param name="from">Name of the first set, for people.</param>
/// <param name="before">One head per label.</param>
/// <param name="to">Name of the second set.</param>
/// <param name="after">One head per label.</param>
internal sealed class HeadsComparison(string from, IReadOnlyList<Head> before, string to, IReadOnlyList<Head> after)
{
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private readonly Dictionary<string, Head> old = before.ToDictionary(head => head.Label, StringComparer.Ordinal);
    private readonly Dictionary<string, Head> kept = after.ToDictionary(head => head.Label, StringComparer.Ordinal);

    /// <summary>
    /// The topic that the first set comes from; then the report says as which versions the second set would be
    /// published. Null for a file.
    /// </summary>
    public TopicHeads? Topic { get; init; }

    /// <summary>Counts, then the labels: new, gone, and how each other one changed.</summary>
    public IEnumerable<string> Lines()
    {
        var ordered = after.OrderBy(head => head.Label, StringComparer.Ordinal).ToList();
        var fresh = ordered.FindAll(head => !old.ContainsKey(head.Label));
        var gone = before.Where(head => !kept.ContainsKey(head.Label)).ToList();
        var changed = ordered.FindAll(head => State(head) == "changed");
        yield return $"{from}: {before.Count} heads; {to}: {after.Count}";
        var same = after.Count - fresh.Count - changed.Count;
        yield return $"{same} the same, {changed.Count} changed, {fresh.Count} new, {gone.Count} gone";
        foreach (var line in Named("new      ", fresh).Concat(Named("gone     ", gone)))
            yield return line;
        if (Topic is not null && gone.Count > 0)
            yield return "         (stay in use: publishing retires no label, 'worker heads retire LABEL' does)";
        foreach (var head in changed)
        {
            yield return $"changed  {TextColumns.OneLine(head.Label)}";
            yield return HeadDifference.Line("version", Versions(head));
            foreach (var line in HeadDifference.Lines(old[head.Label], head))
                yield return line;
        }
    }

    /// <summary>
    /// {"label","state","from"?,"to"?,"published_as"?,"cosine"?,"changes"?:{"threshold":"0.500 → 0.420"}}, one per
    /// line.
    /// </summary>
    public void WriteJson(TextWriter output)
    {
        foreach (var label in old.Keys.Union(kept.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer, Readable))
                WriteLabel(json, label);
            output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        }
    }

    private void WriteLabel(Utf8JsonWriter json, string label)
    {
        var (first, second) = (old.GetValueOrDefault(label), kept.GetValueOrDefault(label));
        json.WriteStartObject();
        json.WriteString("label", label);
        json.WriteString("state", second is null ? "gone" : State(second));
        if (first is not null)
            json.WriteNumber("from", first.Version);
        if (second is not null)
            json.WriteNumber("to", second.Version);
        if (second is not null && Topic is not null && State(second) != "same")
            json.WriteNumber("published_as", PublishedAs(second));
        if (first is not null && second is not null && State(second) == "changed")
        {
            if (HeadDifference.Cosine(first, second) is { } cosine)
                json.WriteNumber("cosine", Math.Round(cosine, 6));
            json.WriteStartObject("changes");
            foreach (var (aspect, words) in HeadDifference.Of(first, second))
                json.WriteString(aspect.Replace(' ', '_'), words);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private string State(Head head) =>
        !old.TryGetValue(head.Label, out var first) ? "new" : HeadContent.IsSame(first, head) ? "same" : "changed";

    private string Versions(Head head)
    {
        var step = $"v{old[head.Label].Version} → v{head.Version}";
        return Topic is not null && PublishedAs(head) != head.Version
            ? $"{step}, would be published as v{PublishedAs(head)}"
            : step;
    }

    private int PublishedAs(Head head) => Math.Max(head.Version, Topic!.NextVersion(head.Label));

    private static IEnumerable<string> Named(string start, List<Head> heads) =>
        heads.Count == 0
            ? []
            : TextColumns.Wrapped(start, heads.Select(head => TextColumns.OneLine(head.Label)), start.Length);
}
