namespace Worker.Hosting;

/// <summary>Whether messages are compared with what is known. Section "Anomaly".</summary>
internal sealed class AnomalySection
{
    /// <summary>
    /// Default true: an anomaly reference that comes with the heads is used. False: no cost, and results carry no
    /// anomaly.
    /// </summary>
    public bool Enabled { get; set; } = true;
}
