using Microsoft.Extensions.Logging;
using Worker.Core.Heads;

namespace Worker.Pipeline;

/// <summary>One change of the heads: a head record, or a tombstone that retires the label.</summary>
/// <param name="Label">The record's key.</param>
/// <param name="Json">A head record; null for a tombstone.</param>
internal readonly record struct HeadChange(string Label, byte[]? Json);

/// <summary>
/// The heads in use. Whoever learns of changes calls <see cref="Apply"/>; the classifying stage takes
/// <see cref="Current"/> once a window. A record that is malformed or made for another encoder is refused with an error
/// in the log, and that label's old head stays.
/// </summary>
internal sealed class HeadRegistry
{
    private readonly ILogger log;
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile HeadSet current;

    public HeadRegistry(HeadSet initial, ILogger log)
    {
        this.log = log;
        current = initial;
        if (!initial.Heads.IsEmpty)
            first.TrySetResult();
    }

    /// <summary>The heads for the next window.</summary>
    public HeadSet Current => current;

    /// <summary>Ends when there is at least one head.</summary>
    public Task FirstHead => first.Task;

    /// <summary>Takes changes up in their order, as one swap. One caller at a time.</summary>
    public void Apply(IReadOnlyList<HeadChange> changes)
    {
        var set = current;
        // Only the last change of a label counts; one new set serves them all.
        var last = new Dictionary<string, HeadChange>(StringComparer.Ordinal);
        foreach (var change in changes)
            last[change.Label] = change;
        var accepted = new List<Head>();
        var retired = 0;
        foreach (var change in last.Values)
        {
            if (change.Json is null)
            {
                retired += set.Find(change.Label) is null ? 0 : 1;
                set = set.Without(change.Label);
            }
            else if (Accept(set, change) is { } head)
            {
                accepted.Add(head);
            }
        }
        if (accepted.Count == 0 && retired == 0)
            return;
        current = set.With(accepted);
        log.LogInformation("Heads: {Count} in use; taken up: {Names}; retired: {Retired}", current.Heads.Length, Names(accepted), retired);
        if (!current.Heads.IsEmpty)
            first.TrySetResult();
    }

    private Head? Accept(HeadSet set, HeadChange change)
    {
        try
        {
            var head = HeadJson.Parse(change.Json);
            if (!string.Equals(head.Label, change.Label, StringComparison.Ordinal))
                throw new HeadRefusedException(head, $"has the key '{change.Label}': a head's key must be its label");
            set.Check(head);
            if (set.Find(head.Label) is { Group: { } group } && head.Group is null)
                log.LogWarning("Head '{Label}' v{Version} leaves the exclusive group '{Group}': its label is decided by itself now; train it with --from to keep it there", head.Label, head.Version, group);
            return head;
        }
        catch (Exception error) when (error is HeadRefusedException or HeadFormatException)
        {
            log.LogError("Head for label '{Label}' refused, {Old}: {Reason}", change.Label,
                set.Find(change.Label) is { } old ? $"v{old.Version} stays in use" : "the label stays without a head", error.Message);
            return null;
        }
    }

    private static string Names(List<Head> heads)
    {
        if (heads.Count == 0)
            return "none";
        var names = string.Join(", ", heads.Take(5).Select(h => $"{h.Label} v{h.Version}"));
        return heads.Count > 5 ? names + ", …" : names;
    }
}
