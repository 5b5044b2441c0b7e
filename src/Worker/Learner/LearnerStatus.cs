using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;
using static Worker.Terminal.TextColumns;

namespace Worker.Learner;

/// <summary>How learning stands, label by label.</summary>
/// <param name="Labels">In the order of names.</param>
internal sealed record LearnerStatus(IReadOnlyList<LabelStatus> Labels)
{
    private const int LabelWidth = 20;

    public static LearnerStatus Read(LearningStore store, LearnSection options, DateTimeOffset now)
    {
        var (schedule, last) = (new LearningSchedule(options), store.Heads.Last());
        return new LearnerStatus([.. store.Examples.Labels().Select(label =>
            LabelStatus.Of(label, schedule.Of(label, now), last.GetValueOrDefault(label.Id)))]);
    }

    /// <summary>For people: 80 columns.</summary>
    public void WriteTable(TextWriter output, string store)
    {
        output.WriteLine($"{Labels.Count} labels in {store}");
        output.WriteLine($"{"label",-LabelWidth} {"yes",7} {"no",7} {"blind",6} {"new",6} {"last answer (UTC)",-17}");
        foreach (var label in Labels)
        {
            output.WriteLine(
                $"{Padded(Fitted(label.Label, LabelWidth), LabelWidth)} {label.Yes,7} {label.No,7} {label.Blind,6} " +
                $"{label.New,6} {label.LastAnswer?.ToString("yyyy-MM-dd HH:mm") ?? "-",-17}");
            output.WriteLine($"    {Fitted($"next training: {label.Next}", Screen - 5)}");
            if (label.Verdict is { } verdict)
                foreach (var line in Wrapped(
                    "    ", $"v{label.Version} of {label.Made:yyyy-MM-dd HH:mm}: {verdict}".Split(' '), 4, " "))
                    output.WriteLine(line);
        }
    }

    /// <summary>
    /// label, yes, no, weak, blind, disputed, new, last answer, next training, version, state; separated by tabs.
    /// </summary>
    public void WritePlain(TextWriter output)
    {
        foreach (var label in Labels)
            output.WriteLine(string.Join('\t', OneLine(label.Label), label.Yes, label.No, label.Weak, label.Blind,
                label.Disputed, label.New, label.LastAnswer?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") ?? "-", label.Next,
                label.Version?.ToString() ?? "-", label.State ?? "-"));
    }

    /// <summary>One JSON object a line.</summary>
    public void WriteJson(TextWriter output)
    {
        foreach (var label in Labels)
            output.WriteLine(JsonSerializer.Serialize(label, StatusContext.Readable.LabelStatus));
    }
}

/// <summary>How one label stands.</summary>
internal sealed record LabelStatus(
    string Label, long Yes, long No, long Weak, long Blind, long Disputed, long New, DateTimeOffset? LastAnswer,
    bool Due, string Next, int? Version, DateTimeOffset? Made, string? State, string? Verdict)
{
    public static LabelStatus Of(LabelState label, Due due, StoredHead? last) => new(
        label.Name, label.Positives, label.Negatives, label.Weak, label.Blind, label.Disputed, label.Pending,
        label.LastAnswer, due.IsDue, (due.IsDue ? "now: " : "") + due.Reason, last?.Version, last?.Made,
        last is null ? null : HeadStateNames.Of(last.State),
        last is null ? null : VerdictRecord.Parse(last.Verdict).Sentence);
}

/// <summary>Source-generated serialiser of <see cref="LabelStatus"/>.</summary>
[JsonSerializable(typeof(LabelStatus))]
internal sealed partial class StatusContext : JsonSerializerContext
{
    public static StatusContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
