using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Worker.Heads;
using Worker.Learning.Promoting;

namespace Worker.Learner;

/// <summary>A verdict as the store keeps it: the gate's, or a person's.</summary>
internal sealed record VerdictRecord(
    string Outcome, string Sentence, string? Alone, IReadOnlyList<BarRecord> Bars)
{
    /// <summary>Who decided; null for the gate.</summary>
    public string? By { get; init; }

    /// <summary>The person's reason; null for the gate.</summary>
    public string? Why { get; init; }

    /// <summary>Which certificates the audit took back: yes, no, or both; null where it took none.</summary>
    public string? Withdrawn { get; init; }

    /// <summary>The gate's decision.</summary>
    /// <param name="made">See <see cref="Made"/>.</param>
    public static string Json(Verdict verdict, string? made = null) => Write(
        new VerdictRecord(
            verdict.Outcome.ToString().ToLowerInvariant(), verdict.Sentence, verdict.Alone,
            [.. verdict.Bars.Select(bar => new BarRecord(
                bar.Name, bar.Measured, bar.Limit, bar.Passed, bar.Sentence))])
        {
            Made = made,
        });

    /// <summary>The audit's decision that a head goes on without certificates.</summary>
    /// <param name="sides">yes, no, or both.</param>
    /// <param name="sentence">Why.</param>
    public static string Taken(string sides, string sentence) => Write(
        new VerdictRecord("promoted", sentence, null, []) { Withdrawn = sides });

    /// <summary>A person's decision that a head comes into use.</summary>
    /// <param name="step">What it does to the label's versions.</param>
    public static string Json(string step, string by, string why) => Write(
        new VerdictRecord("promoted", $"promoted by {by}, {step}: {why}", null, []) { By = by, Why = why });

    /// <summary>How the head was made; null for a refit that was asked for.</summary>
    public string? Made { get; init; }

    /// <summary>Of a head that decided a share of the messages at first; null for any other.</summary>
    public CanaryWords? Canary { get; init; }

    /// <summary>The gate's decision, and that the head decides a share of the messages at first.</summary>
    /// <param name="share">Above 0 and below 1.</param>
    /// <param name="over">Version of the head in use.</param>
    /// <param name="json">What <see cref="Json(Verdict, string?)"/> made.</param>
    public static string AsCanary(string json, double share, int over)
    {
        var verdict = Parse(json);
        return Write(verdict with
        {
            Outcome = "canary",
            Sentence = $"{verdict.Sentence}; v{over} stays in use, this decides {HeadWords.Percent(share)} of the " +
                "messages at first",
            Canary = new CanaryWords(share, over, null, null),
        });
    }

    /// <summary>What became of a canary.</summary>
    /// <param name="outcome">promoted or dropped.</param>
    /// <param name="reason">Why.</param>
    public string Ended(string outcome, DateTimeOffset at, string reason) => Write(this with
    {
        Outcome = outcome,
        Sentence = string.Create(
            CultureInfo.InvariantCulture, $"{Sentence}; {outcome} on {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {reason}"),
        Canary = Canary! with { Ended = at, Reason = reason },
    });

    public static VerdictRecord Parse(string json) =>
        JsonSerializer.Deserialize(json, VerdictContext.Readable.VerdictRecord)!;

    private static string Write(VerdictRecord verdict) =>
        JsonSerializer.Serialize(verdict, VerdictContext.Readable.VerdictRecord);
}

/// <summary>What is known of a canary.</summary>
/// <param name="Share">Of messages, that it decides.</param>
/// <param name="Over">Version of the head in use beside it.</param>
/// <param name="Ended">When it was promoted or dropped; null while it runs.</param>
/// <param name="Reason">Why; null likewise.</param>
internal sealed record CanaryWords(double Share, int Over, DateTimeOffset? Ended, string? Reason);

/// <summary>One bar of a verdict.</summary>
internal sealed record BarRecord(string Name, double Measured, double Limit, bool Passed, string Sentence);

/// <summary>Source-generated serialiser of <see cref="VerdictRecord"/>.</summary>
[JsonSerializable(typeof(VerdictRecord))]
internal sealed partial class VerdictContext : JsonSerializerContext
{
    public static VerdictContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    });
}
