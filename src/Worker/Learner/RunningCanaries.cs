using System.Globalization;
using System.Text;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Store;
using Worker.Store.Heads;

namespace Worker.Learner;

/// <summary>A canary of a learner that has not ended.</summary>
/// <param name="Stored">Without its evidence.</param>
/// <param name="Head">The same, read.</param>
/// <param name="Verdict">Why it was made.</param>
internal sealed record RunningCanary(StoredHead Stored, Head Head, VerdictRecord Verdict)
{
    /// <summary>Version of the head in use that it is to follow.</summary>
    public int Over => Verdict.Canary!.Over;

    /// <summary>Of messages, that it decides.</summary>
    public double Share => Verdict.Canary!.Share;
}

/// <summary>Canaries of learners that have not ended, as the store knows them.</summary>
internal sealed class RunningCanaries
{
    private readonly Dictionary<string, RunningCanary> byLabel;

    private RunningCanaries(IEnumerable<RunningCanary> all)
    {
        byLabel = new Dictionary<string, RunningCanary>(StringComparer.Ordinal);
        // Of a label the last one.
        foreach (var one in all)
            byLabel[one.Head.Label] = one;
    }

    public IReadOnlyCollection<RunningCanary> All => byLabel.Values;

    /// <summary>What ends together: the canaries of an exclusive group, or one alone.</summary>
    public IEnumerable<IReadOnlyList<RunningCanary>> Together =>
        byLabel.Values.GroupBy(one => (one.Head.Group, one.Head.Group is null ? one.Head.Label : null))
            .Select(group => (IReadOnlyList<RunningCanary>)[.. group]);

    /// <param name="before">An earlier reading: what is in it is not parsed again.</param>
    public static RunningCanaries Read(LearningStore store, RunningCanaries? before = null) =>
        new(store.Heads.Canaries().Select(stored => before?.Find(stored) ?? new RunningCanary(
            stored, HeadJson.Parse(Encoding.UTF8.GetBytes(stored.Json)), VerdictRecord.Parse(stored.Verdict))));

    /// <summary>
    /// Why a label is not trained now: its next head would be judged against one that is about to be replaced. Null
    /// when it may be trained.
    /// </summary>
    /// <param name="group">The exclusive group of its head in use; null for none.</param>
    /// <param name="options">How long a canary lasts.</param>
    public string? Holds(string label, string? group, LearnSection options)
    {
        if (byLabel.TryGetValue(label, out var own))
            return string.Create(CultureInfo.InvariantCulture,
                $"its canary v{own.Head.Version} decides {HeadWords.Percent(own.Share)} of the messages until " +
                $"{own.Stored.Made.AddMinutes(options.CanaryMinutes).UtcDateTime:yyyy-MM-dd HH:mm} UTC or later");
        return group is not null && byLabel.Values.Any(one => one.Head.Group == group)
            ? $"the canaries of its exclusive group '{group}' have not ended"
            : null;
    }

    /// <summary>The same, with canaries that people published.</summary>
    /// <param name="champions">The heads topic.</param>
    public string? Holds(string label, Champions champions, LearnSection options) =>
        Holds(label, champions.Find(label)?.Head.Group, options)
        // A canary of the learner would take the place of the person's.
        ?? (options.Canary > 0 && champions.Canary(label) is { } other
            ? $"somebody's canary v{other.Version} decides a share of the messages: 'worker heads publish' or " +
                "'rollback' ends that"
            : null);

    /// <summary>The canary of a label; null for none.</summary>
    public RunningCanary? Find(string label) => byLabel.GetValueOrDefault(label);

    private RunningCanary? Find(StoredHead stored) => byLabel.Values.FirstOrDefault(one => one.Stored == stored);
}
