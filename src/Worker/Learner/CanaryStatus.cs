using System.Globalization;
using System.Text.Json.Serialization;
using Worker.Heads;
using Worker.Store.Heads;

namespace Worker.Learner;

/// <summary>How a label's canary fares beside the head in use, when a learner looked last.</summary>
/// <param name="Over">Version of the head in use.</param>
/// <param name="Share">Of messages, that the canary decides.</param>
/// <param name="Seen">Audited texts that neither was fitted on; this and the rest null before the first look.</param>
/// <param name="Errors">Of the canary in them.</param>
/// <param name="ErrorsInUse">Of the head in use in the same texts.</param>
/// <param name="Promotion">When the canary is to decide all messages; null until it is on the heads topic.</param>
internal sealed record CanaryStatus(
    int Version, int Over, double Share, long? Seen, long? Errors, long? ErrorsInUse, DateTimeOffset? Promotion,
    DateTimeOffset? Looked)
{
    /// <param name="audit">Of the label's last canary, which may be an earlier one.</param>
    public static CanaryStatus Of(RunningCanary canary, StoredCanaryAudit? audit)
    {
        var own = audit?.Version == canary.Head.Version ? audit : null;
        return new CanaryStatus(
            canary.Head.Version, canary.Over, canary.Share, own?.Seen, own?.Errors, own?.ErrorsInUse, own?.Promotion,
            own?.Looked);
    }

    /// <summary>For people.</summary>
    [JsonIgnore]
    public string Words => $"canary v{Version}, {HeadWords.Percent(Share)} of the messages: {Error}{Time}";

    private string Error => Seen switch
    {
        null => "no learner has looked at it yet",
        0 => "no audited answers yet",
        { } seen => string.Create(CultureInfo.InvariantCulture,
            $"of {seen} audited texts it was wrong in {Errors}, v{Over} in {ErrorsInUse}"),
    };

    private string Time => this switch
    {
        { Promotion: { } at } => string.Create(CultureInfo.InvariantCulture,
            $"; decides all from {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC on, unless it is shown to be worse"),
        { Looked: not null } => "; it is not on the heads topic yet",
        _ => "",
    };
}
