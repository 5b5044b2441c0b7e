using Microsoft.Extensions.Logging;
using Worker.Core.Heads;

namespace Worker.Heads;

/// <summary>One change of the heads: a head record, or a tombstone that retires the label.</summary>
/// <param name="Label">The record's key.</param>
/// <param name="Json">A head record; null for a tombstone.</param>
/// <param name="Role">Which of the label's heads it is about.</param>
internal readonly record struct HeadChange(string Label, byte[]? Json, HeadRole Role = HeadRole.InUse);

/// <summary>
/// The heads in use, the last stop on a head's way (see <see cref="Head"/>). <see cref="HeadsFollower"/> calls
/// <see cref="Apply"/> with what it read. The classifying stage takes <see cref="Current"/> once per window. A record
/// that is malformed or made for another encoder is refused with an error in the log, and that label's old head stays.
/// However many changes come together, the log gets one line of each kind.
/// </summary>
internal sealed class HeadRegistry
{
    /// <summary>Maximum number of names in a log line.</summary>
    private const int MaximumNamed = 5;

    private readonly ILogger log;
    private readonly Action<int>? onRefused;
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile HeadSet current;

    /// <param name="initial">The heads at the start.</param>
    /// <param name="log">For what changes.</param>
    /// <param name="onRefused">Called with how many records were refused together.</param>
    public HeadRegistry(HeadSet initial, ILogger log, Action<int>? onRefused = null)
    {
        (this.log, this.onRefused) = (log, onRefused);
        current = initial;
        if (!initial.Heads.IsEmpty)
            first.TrySetResult();
    }

    /// <summary>The heads for the next window.</summary>
    public HeadSet Current => current;

    /// <summary>Ends when there is at least one head.</summary>
    public Task FirstHead => first.Task;

    /// <summary>
    /// Applies changes as one swap, with the same result as one after the other. One caller at a time.
    /// </summary>
    public void Apply(IReadOnlyList<HeadChange> changes)
    {
        var set = current;
        var refused = new List<string>();
        var roles = changes.ToLookup(change => change.Role);
        var (accepted, retired) = Sort(roles[HeadRole.InUse], set.Find, set, refused);
        var (added, withdrawn) = Sort(roles[HeadRole.Challenger], set.FindChallenger, set, refused);
        var (canaries, ended) = Sort(roles[HeadRole.Canary], set.FindCanary, set, refused);
        if (refused.Count > 0)
        {
            log.LogError("Heads: {Count} refused, their labels keep the head they had, if any: {Reasons}",
                refused.Count, Some(refused, "; "));
            onRefused?.Invoke(refused.Count);
        }
        if (accepted.Count + retired.Count + added.Count + withdrawn.Count + canaries.Count + ended.Count == 0)
            return;
        var left = accepted.FindAll(head => head.Group is null && set.Find(head.Label)?.Group is not null);
        if (left.Count > 0)
            log.LogWarning("Heads: {Count} leave their exclusive group, their labels are now decided independently;" +
                " train them with --from to keep them there: {Names}",
                left.Count, Some(
                    [.. left.Select(head =>
                        $"{head.Label} v{head.Version} (was in '{set.Find(head.Label)!.Group}')")]));
        current = set.With(accepted, retired).WithChallengers(added, withdrawn).WithCanaries(canaries, ended);
        if (accepted.Count + retired.Count > 0)
            log.LogInformation("Heads: {Count} in use; taken up: {Names}; retired: {Retired}", current.Heads.Length,
                Some([.. accepted.Select(head => $"{head.Label} v{head.Version}")]), Some(retired));
        if (added.Count + withdrawn.Count > 0)
            log.LogInformation("Challengers: {Count} in shadow; taken up: {Names}; withdrawn: {Withdrawn}",
                current.Challengers.Length, Some([.. added.Select(head => $"{head.Label} v{head.Version}")]),
                Some(withdrawn));
        if (canaries.Count + ended.Count > 0)
            log.LogInformation("Canaries: {Count} decide a share of messages; taken up: {Names}; ended: {Ended}",
                current.Canaries.Length,
                Some([.. canaries.Select(head =>
                    $"{head.Label} v{head.Version} ({HeadWords.Percent(head.CanaryShare!.Value)})")]), Some(ended));
        if (!current.Heads.IsEmpty)
            first.TrySetResult();
    }

    /// <summary>
    /// Heads that are added and labels that lose theirs. Only the last change of a label counts; if that is refused,
    /// the last one before it that is not.
    /// </summary>
    private static (List<Head> Added, List<string> Removed) Sort(
        IEnumerable<HeadChange> changes, Func<string, Head?> before, HeadSet set, List<string> refused)
    {
        var (added, removed) = (new List<Head>(), new List<string>());
        foreach (var label in changes.GroupBy(change => change.Label, StringComparer.Ordinal))
            foreach (var change in label.Reverse())
            {
                if (change.Json is null)
                {
                    if (before(label.Key) is not null)
                        removed.Add(label.Key);
                    break;
                }
                if (Accept(set, change, before(label.Key), refused) is { } head)
                {
                    added.Add(head);
                    break;
                }
            }
        return (added, removed);
    }

    /// <summary>The head of a change; null, and a line in <paramref name="refused"/>, if it cannot be used.</summary>
    private static Head? Accept(HeadSet set, HeadChange change, Head? before, List<string> refused)
    {
        try
        {
            var head = HeadJson.Parse(change.Json);
            if (!string.Equals(head.Label, change.Label, StringComparison.Ordinal))
                throw new HeadRefusedException(head, $"has the key '{change.Label}': a head's key must be its label");
            set.Check(head);
            if (change.Role == HeadRole.Canary && head.CanaryShare is null)
                throw new HeadRefusedException(
                    head, "is a canary without its share of messages: publish it with 'worker heads publish --canary'");
            return head;
        }
        catch (Exception error) when (error is HeadRefusedException or HeadFormatException)
        {
            var kept = before is { } old ? $"v{old.Version} stays in use" : "without a head";
            refused.Add($"{HeadKey.Words(change.Label, change.Role)} ({kept}): {error.Message}");
            return null;
        }
    }

    /// <summary>The first few, and how many there are.</summary>
    private static string Some(List<string> items, string separator = ", ") => items.Count switch
    {
        0 => "none",
        <= MaximumNamed => string.Join(separator, items),
        _ => $"{string.Join(separator, items.Take(MaximumNamed))}{separator}… ({items.Count})",
    };
}
