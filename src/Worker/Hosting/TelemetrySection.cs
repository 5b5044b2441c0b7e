using System.ComponentModel.DataAnnotations;

namespace Worker.Hosting;

/// <summary>Where metrics are sent, in addition to GET /metrics. Section "Telemetry".</summary>
internal sealed class TelemetrySection
{
    /// <summary>
    /// An OpenTelemetry collector that metrics are sent to by OTLP over gRPC, e.g. <c>http://collector:4317</c>; empty,
    /// the default, for none. The standard variables OTEL_* (headers, interval, resource attributes) are used too.
    /// </summary>
    [Url]
    public string? OtlpEndpoint { get; set; }
}
