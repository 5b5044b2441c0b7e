using Worker.Store.Database;

namespace Worker.Store.Examples;

/// <summary>How far partitions are recorded.</summary>
internal static class Offsets
{
    /// <exception cref="OutOfStepException">A partition is not where it is said to be.</exception>
    public static void Advance(StoreSession session, IReadOnlyList<PartitionProgress> partitions)
    {
        foreach (var one in partitions)
        {
            // Only one of two readers that begin at the same offset changes a row.
            var moved = one.From is { } from
                ? session.Execute(
                    "UPDATE offsets SET next = @to WHERE topic = @topic AND part = @part AND next = @from",
                    ("topic", one.Topic), ("part", (long)one.Partition), ("from", from), ("to", one.To))
                : session.Execute(
                    "INSERT INTO offsets (topic, part, next) VALUES (@topic, @part, @to) ON CONFLICT DO NOTHING",
                    ("topic", one.Topic), ("part", (long)one.Partition), ("to", one.To));
            if (moved == 0)
                throw new OutOfStepException(
                    $"partition {one.Topic}[{one.Partition}] is not recorded up to " +
                    $"{one.From?.ToString() ?? "nothing"} any more: another learner has gone on with it");
        }
    }

    public static IReadOnlyDictionary<(string Topic, int Partition), long> Read(StoreSession session) =>
        session.Query("SELECT topic, part, next FROM offsets",
            row => (Topic: row.GetString(0), Partition: (int)row.GetInt64(1), Next: row.GetInt64(2)))
            .ToDictionary(row => (row.Topic, row.Partition), row => row.Next);
}
