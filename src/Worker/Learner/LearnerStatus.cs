using System.Globalization;
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
        var (schedule, last, audits) = (new LearningSchedule(options), store.Heads.Last(), store.Audits.All());
        var (canaries, tried) = (RunningCanaries.Read(store), store.CanaryAudits.All());
        return new LearnerStatus([.. store.Examples.Labels().Select(label =>
        {
            var audit = audits.GetValueOrDefault(label.Id);
            return LabelStatus.Of(
                label, schedule.Of(label, now, audit?.AlarmSince, canaries.Holds(label.Name, group: null, options)),
                last.GetValueOrDefault(label.Id), audit) with
            {
                Canary = canaries.Find(label.Name) is { } canary
                    ? CanaryStatus.Of(canary, tried.GetValueOrDefault(label.Id)) : null,
            };
        })]);
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
            var verdict = label.Verdict is null
                ? null : $"v{label.Version} of {label.Made:yyyy-MM-dd HH:mm}: {label.Verdict}";
            foreach (var words in new[] { verdict, label.Audit?.Words, label.Canary?.Words }.OfType<string>())
                foreach (var line in Wrapped("    ", words.Split(' '), 4, " "))
                    output.WriteLine(line);
        }
    }

    /// <summary>
    /// label, yes, no, weak, blind, disputed, new, last answer, next training, version, state; of the audit seen,
    /// errors, lower bound, promised error, alarm since, certificates taken back; of a running canary its version,
    /// audited texts, its errors, those of the head in use, time of promotion; separated by tabs.
    /// </summary>
    public void WritePlain(TextWriter output)
    {
        foreach (var label in Labels)
            output.WriteLine(string.Join('\t', OneLine(label.Label), label.Yes, label.No, label.Weak, label.Blind,
                label.Disputed, label.New, Time(label.LastAnswer), label.Next,
                label.Version?.ToString() ?? "-", label.State ?? "-", label.Audit?.Seen.ToString() ?? "-",
                label.Audit?.Errors.ToString() ?? "-", Share(label.Audit?.Lower), Share(label.Audit?.Promised),
                Time(label.Audit?.AlarmSince),
                label.Audit?.Withdrawn ?? "-", label.Canary?.Version.ToString() ?? "-",
                label.Canary?.Seen?.ToString() ?? "-", label.Canary?.Errors?.ToString() ?? "-",
                label.Canary?.ErrorsInUse?.ToString() ?? "-",
                Time(label.Canary?.Promotion)));
    }

    private static string Time(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") ?? "-";

    private static string Share(double? share) => share?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";

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
    bool Due, string Next, int? Version, DateTimeOffset? Made, string? State, string? Verdict, AuditStatus? Audit)
{
    /// <summary>Of the label's running canary; null for none.</summary>
    public CanaryStatus? Canary { get; init; }

    public static LabelStatus Of(LabelState label, Due due, StoredHead? last, StoredAudit? audit) => new(
        label.Name, label.Positives, label.Negatives, label.Weak, label.Blind, label.Disputed, label.Pending,
        label.LastAnswer, due.IsDue, (due.IsDue ? "now: " : "") + due.Reason, last?.Version, last?.Made,
        last is null ? null : HeadStateNames.Of(last.State),
        last is null ? null : VerdictRecord.Parse(last.Verdict).Sentence,
        audit is null ? null : new AuditStatus(
            audit.Version, audit.Seen, audit.Errors, audit.Lower, audit.Promised, audit.AlarmSince, audit.Withdrawn,
            audit.Looked));
}

/// <summary>How a label's head in use fares in the audit, when a learner looked last.</summary>
/// <param name="Lower">Its error is at least this.</param>
/// <param name="Promised">And was to be at most this; null for a head that promised nothing.</param>
/// <param name="Withdrawn">Which certificates were taken back from it.</param>
internal sealed record AuditStatus(
    int Version, long Seen, long Errors, double Lower, double? Promised, DateTimeOffset? AlarmSince,
    string? Withdrawn, DateTimeOffset Looked)
{
    /// <summary>For people.</summary>
    [JsonIgnore]
    public string Words => string.Create(CultureInfo.InvariantCulture,
        $"audit of v{Version}: {Error}{Promise}{Alarm}{Taken}");

    private string Error => Seen == 0 ? "no answers yet" : string.Create(CultureInfo.InvariantCulture,
        $"wrong in {Errors} of {Seen} texts, so in at least {100 * Lower:0.0}%");

    private string Promise => Promised is { } most
        ? string.Create(CultureInfo.InvariantCulture, $"; promised at most {100 * most:0.0}%") : "";

    private string Alarm => AlarmSince is { } since
        ? string.Create(CultureInfo.InvariantCulture, $"; ALARM since {since:yyyy-MM-dd HH:mm} UTC") : "";

    private string Taken => Withdrawn switch
    {
        null => "",
        "both" => "; its certificates were taken back",
        _ => $"; its certificate of {Withdrawn} was taken back",
    };
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
