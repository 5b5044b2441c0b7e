using Worker.Core.Messages;

namespace Worker.Replaying;

/// <summary>Which dead letters are sent back, and where to.</summary>
internal sealed record ReplayOptions
{
    /// <summary>Kinds of failure, by name; empty for all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>A part of the reason, ignoring case; null for any.</summary>
    public string? Reason { get; init; }

    /// <summary>The original topic; null for any.</summary>
    public string? Topic { get; init; }

    /// <summary>The original partition; null for any.</summary>
    public int? Partition { get; init; }

    /// <summary>The minimum original offset.</summary>
    public long FromOffset { get; init; }

    /// <summary>The maximum original offset.</summary>
    public long ToOffset { get; init; } = long.MaxValue;

    /// <summary>Failed at this time or later.</summary>
    public DateTimeOffset Since { get; init; } = DateTimeOffset.MinValue;

    /// <summary>Failed before this time.</summary>
    public DateTimeOffset Until { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The maximum number of dead letters to send.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>A message that was tried this often is not sent again.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The target topic, instead of the original topic.</summary>
    public string? To { get; init; }

    /// <summary>Count without sending.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether a dead letter is selected, whatever became of it before.</summary>
    public bool Selects(DeadLetter letter) =>
        (Kinds.Count == 0 || Kinds.Contains(letter.Kind, StringComparer.OrdinalIgnoreCase))
        && (Reason is null || letter.Reason.Contains(Reason, StringComparison.OrdinalIgnoreCase))
        && (Topic is null || string.Equals(Topic, letter.Source.Topic, StringComparison.Ordinal))
        && (Partition is null || Partition == letter.Source.Partition)
        && letter.Source.Offset >= FromOffset && letter.Source.Offset <= ToOffset
        && letter.FailedAt >= Since && letter.FailedAt < Until;
}
