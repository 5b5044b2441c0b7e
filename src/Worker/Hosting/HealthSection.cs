using System.ComponentModel.DataAnnotations;

namespace Worker.Hosting;

/// <summary>The endpoint of probes and metrics. Section "Health".</summary>
internal sealed class HealthSection
{
    /// <summary>Port of GET /ping (alive), GET /ready (classifying) and GET /metrics (Prometheus); 0 for none. Default 8080.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8080;
}
