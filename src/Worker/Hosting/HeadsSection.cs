using System.ComponentModel.DataAnnotations;

namespace Worker.Hosting;

/// <summary>Where the heads come from. Section "Heads".</summary>
internal sealed class HeadsSection
{
    /// <summary>
    /// Topic (default): the compacted heads topic, followed for as long as the worker runs. File: read once at start.
    /// </summary>
    [EnumDataType(typeof(HeadsSource))]
    public HeadsSource Source { get; set; } = HeadsSource.Topic;

    /// <summary>With File: JSON lines as written by 'worker train'.</summary>
    public string? File { get; set; }
}

/// <summary>Where the heads come from.</summary>
internal enum HeadsSource
{
    Topic,
    File,
}
