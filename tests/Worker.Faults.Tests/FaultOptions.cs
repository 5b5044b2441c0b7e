using Worker.Kafka.Configuration;

namespace Worker.Faults.Tests;

/// <summary>What a run is asked to do.</summary>
public sealed record FaultOptions
{
    public required TimeSpan Length { get; init; }

    public required int Seed { get; init; }

    /// <summary>1 to 6.</summary>
    public int Workers { get; init; } = 4;

    public DeliveryMode Mode { get; init; } = DeliveryMode.ExactlyOnce;

    /// <summary>The consumer group protocol: classic or consumer (KIP-848).</summary>
    public string Protocol { get; init; } = "classic";

    /// <summary>Whether workers are static members of the group: their identity is their membership.</summary>
    public bool StaticMembers { get; init; }

    /// <summary>Single faults, so that recovery can be timed, instead of overlapping ones.</summary>
    public bool Calm { get; init; }

    /// <summary>Messages per second.</summary>
    public int Rate { get; init; } = 300;

    /// <summary>How long everything may take to come out after all is healed.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Logs of workers and the list of violations; created if missing.</summary>
    public required string Folder { get; init; }
}
