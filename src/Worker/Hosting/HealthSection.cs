using System.ComponentModel.DataAnnotations;

namespace Worker.Hosting;

/// <summary>The endpoint of probes and metrics. Section "Health".</summary>
internal sealed class HealthSection
{
    /// <summary>
    /// Port of GET /ping (alive), GET /ready (classifying) and GET /metrics (Prometheus); 0 for none. Default 8080.
    /// </summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8080;

    /// <summary>
    /// GET /ping fails once a step of a stage (a window on the device, a call into the client library) has lasted this
    /// many seconds longer than it may. Waiting for messages or brokers is not such a step. Default 120.
    /// </summary>
    [Range(5, 86_400)]
    public int StuckSeconds { get; set; } = 120;
}
