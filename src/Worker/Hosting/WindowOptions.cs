using System.ComponentModel.DataAnnotations;
using Worker.Core.Encoders;
using Worker.Core.Windows;

namespace Worker.Hosting;

/// <summary>How large windows grow and how they are computed. Section "Window".</summary>
internal sealed class WindowOptions
{
    /// <summary>
    /// Maximum number of messages in a window. Default 16,384, which only a very fast encoder reaches (see
    /// <see cref="TargetMs"/>). One transaction covers this many messages. Range 1 to 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxMessages { get; set; } = 16_384;

    /// <summary>
    /// A window closes when its keys and values reach this many bytes. Default 8 MiB; range 1,024 to 1 GiB.
    /// </summary>
    [Range(1024, 1 << 30)]
    public int MaxBytes { get; set; } = 8 << 20;

    /// <summary>
    /// Windows are cut so that the device takes about this long for one, in ms. This bounds latency under load and the
    /// time that a new head waits. Default 250; 0 for no such limit; range 0 to 60,000.
    /// </summary>
    [Range(0, 60_000)]
    public int TargetMs { get; set; } = 250;

    /// <summary>
    /// Maximum number of padded tokens in a micro-batch. Default 0: 512 on a CPU (activations stay in its cache),
    /// 16,384 on a GPU. Range 0 to 1,048,576.
    /// </summary>
    [Range(0, 1 << 20)]
    public int MicroBatchTokens { get; set; }

    /// <summary>
    /// Memory for scores of texts that came lately, in MB: a text with the same tokens is not encoded again while the
    /// heads are the same. Default 0: every text is encoded. Range 0 to 65,536.
    /// </summary>
    [Range(0, 65_536)]
    public int RepeatsMb { get; set; }

    /// <summary>The scores of texts that came lately; null if none are kept.</summary>
    public RecentScores? Recent() => RepeatsMb == 0 ? null : new RecentScores((long)RepeatsMb << 20);

    /// <summary>The number of padded tokens for an encoder on its device.</summary>
    public int MicroBatch(IEncoder encoder) => MicroBatchTokens > 0 ? MicroBatchTokens : encoder.MicroBatchTokens;
}

/// <summary>
/// How long a stop may take. Section "Shutdown"; Drain &lt; Host &lt; TerminationGrace is checked at start.
/// </summary>
internal sealed class ShutdownOptions
{
    /// <summary>Seconds for the windows in flight to be finished and committed. Default 15; range 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int DrainSeconds { get; set; } = 15;

    /// <summary>Seconds that the host gives everything to stop. Default 20; range 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int HostSeconds { get; set; } = 20;

    /// <summary>
    /// Seconds after which Kubernetes kills the pod (terminationGracePeriodSeconds). Default 30; range 1 to 3,600.
    /// </summary>
    [Range(1, 3600)]
    public int TerminationGraceSeconds { get; set; } = 30;
}
