using System.ComponentModel.DataAnnotations;

namespace Worker.Hosting;

/// <summary>The probes' endpoint. Section "Health".</summary>
internal sealed class HealthSection
{
    public const string Section = "Health";

    /// <summary>Port of GET /ping (alive) and GET /ready (classifying); 0 for none. Default 8080.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8080;
}
