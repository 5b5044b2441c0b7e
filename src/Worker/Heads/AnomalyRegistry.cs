using Microsoft.Extensions.Logging;
using Worker.Core.Anomaly;
using Worker.Core.Features;

namespace Worker.Heads;

/// <summary>
/// The anomaly reference in use, if any. <see cref="HeadsFollower"/> calls <see cref="Apply"/> with its records; the
/// classifying stage takes <see cref="Current"/> once per window. A reference that is damaged or made for another
/// encoder is refused with an error in the log, and the one in use stays.
/// </summary>
internal sealed class AnomalyRegistry(
    string encoder, FeatureLayout layout, ILogger log, Action<int>? onRefused = null)
{
    private readonly AnomalyAssembly assembly = new();
    private volatile AnomalyReference? current;

    /// <summary>The reference for the next window; null when there is none.</summary>
    public AnomalyReference? Current => current;

    /// <summary>Puts a reference into use.</summary>
    /// <exception cref="AnomalyRefusedException">It is for another encoder, or needs features that this one does not
    /// return.</exception>
    public void Use(AnomalyReference reference)
    {
        reference.Check(encoder, layout);
        current = reference;
        log.LogInformation("Anomaly reference in use: {Texts} texts, {Classes} classes, channels {Channels}",
            reference.Texts, reference.Classes, string.Join(", ", reference.Channels.Select(c => c.Channel.Name)));
    }

    /// <summary>Takes a record of the heads topic that belongs to a reference. One caller at a time.</summary>
    public void Apply(byte[] key, byte[]? value)
    {
        try
        {
            if (assembly.Take(key, value) is not { } change)
                return;
            if (change.Reference is { } bytes)
            {
                Use(AnomalyFormat.Parse(bytes));
                return;
            }
            current = null;
            log.LogInformation("Anomaly reference withdrawn: results carry no anomaly until one is published");
        }
        catch (AnomalyRefusedException refused)
        {
            log.LogError("Anomaly reference refused, {Old}: {Reason}",
                current is null ? "there is none in use" : "the one in use stays", refused.Message);
            onRefused?.Invoke(1);
        }
    }
}
