using Worker.Store.Heads;

namespace Worker.Learner;

/// <summary>How a label's heads are numbered: no version stands for two heads, on the topic and in the store.</summary>
internal static class HeadVersions
{
    /// <summary>The next head's version.</summary>
    /// <param name="onTopic">The lowest version above all that the topic holds of the label.</param>
    /// <param name="stored">The label's heads in the store, in any order.</param>
    public static int Next(int onTopic, IEnumerable<StoredHead> stored) =>
        Math.Max(onTopic, stored.Select(head => head.Version).DefaultIfEmpty().Max() + 1);
}
