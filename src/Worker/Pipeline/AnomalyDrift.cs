using Microsoft.Extensions.Logging;
using Worker.Core.Anomaly;

namespace Worker.Pipeline;

/// <summary>
/// Watches whether texts that are unlike the known ones become more frequent on the stream. It begins anew with each
/// anomaly reference, and each worker has its own. One writer, the publishing stage; any thread may read.
/// </summary>
internal sealed class AnomalyDrift(ILogger log)
{
    private AnomalyReference? reference;
    private AnomalyMartingale martingale = new();
    private double evidence = 1;

    /// <summary>
    /// How strongly the stream speaks for a change: 1 / evidence is a p-value that holds at all times.
    /// </summary>
    public double Evidence => Volatile.Read(ref evidence);

    /// <summary>Whether unknown texts have become more frequent; stays so until another reference is in use.</summary>
    public bool Alarm { get; private set; }

    /// <summary>Takes a published window in.</summary>
    public void Observe(ScoredWindow window)
    {
        if (window.Scores.Reference is not { } used)
            return;
        if (!ReferenceEquals(used, reference))
        {
            (reference, Alarm) = (used, false);
            martingale = new AnomalyMartingale(known: used.Scores.Ascending.Length);
        }
        var went = false;
        for (var record = 0; record < window.Window.Source.Records.Length; record++)
            if (window.AnomalyP(record) is var p && p > 0)
                went |= martingale.Observe(p);
        Volatile.Write(ref evidence, martingale.Highest);
        Alarm = martingale.Alarm;
        if (went)
            log.LogWarning(
                "Drift: texts unlike the known ones have become more frequent (after {Messages} messages; the chance " +
                "of a false alarm is 1%): answer what is in the review queue, then train heads and reference anew",
                martingale.Seen);
    }
}
