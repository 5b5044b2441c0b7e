using System.ComponentModel.DataAnnotations;

namespace Worker.Hosting;

/// <summary>How windows are computed. Section "Window"; how large they grow is in section "Kafka".</summary>
internal sealed class WindowOptions
{
    public const string Section = "Window";

    /// <summary>
    /// Padded tokens that one micro-batch may have. Default 0: 512 on a CPU (activations stay in its cache), 16,384 on
    /// a GPU. Range 0 to 1,048,576.
    /// </summary>
    [Range(0, 1 << 20)]
    public int MicroBatchTokens { get; set; }
}

/// <summary>How long a stop may take. Section "Shutdown"; Drain &lt; Host &lt; TerminationGrace is checked at start.</summary>
internal sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>Seconds for the windows in flight to be finished and committed. Default 15; range 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int DrainSeconds { get; set; } = 15;

    /// <summary>Seconds that the host gives everything to stop. Default 20; range 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int HostSeconds { get; set; } = 20;

    /// <summary>Seconds after which Kubernetes kills the pod (terminationGracePeriodSeconds). Default 30; range 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int TerminationGraceSeconds { get; set; } = 30;
}
