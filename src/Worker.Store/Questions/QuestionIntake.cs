using Worker.Core.Decisions;
using Worker.Core.Questions;
using Worker.Store.Database;
using Worker.Store.Examples;

namespace Worker.Store.Questions;

/// <summary>
/// Review items into the queue. Invariant: a partition's offset is recorded together with its items, so each comes in
/// once. Any thread.
/// </summary>
internal sealed class QuestionIntake(StoreDatabase database, TimeProvider clock)
{
    /// <summary>No seed of the draw that chose them leads to this key: the places have nothing to do with it.</summary>
    private const ulong PlaceOfAudit = 1UL << 63;

    /// <summary>Records items, in one transaction; returns how many questions they made.</summary>
    /// <param name="items">Each text at most once asked about: a copy of a question that is open makes none.</param>
    /// <param name="progress">One for each partition that they came from.</param>
    /// <exception cref="OutOfStepException">A partition is not where the batch begins.</exception>
    public int Record(IReadOnlyList<ReviewItem> items, IReadOnlyList<PartitionProgress> progress) =>
        database.Transact(session =>
        {
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            Offsets.Advance(session, progress);
            var hashed = items.Select(item => (Hash: TextKey.Of(item.Text), Item: item)).ToList();
            var erased = TextRows.Erased(session, hashed.Select(one => one.Hash));
            hashed.RemoveAll(one => erased.Contains(one.Hash));
            var texts = TextRows.Add(
                session, hashed.DistinctBy(one => one.Hash).Select(one => (one.Hash, one.Item.Text)), now);
            TextRows.Add(session, hashed.DistinctBy(one => one.Item.Source)
                .Select(one => (one.Item.Source, texts[one.Hash])));
            var rows = new RowSet(
                ("topic", ColumnKind.Text), ("part", ColumnKind.Whole), ("pos", ColumnKind.Whole),
                ("text_id", ColumnKind.Whole), ("item", ColumnKind.Text), ("priority", ColumnKind.Real),
                ("propensity", ColumnKind.Real));
            foreach (var (hash, item) in hashed.DistinctBy(one => one.Hash).DistinctBy(one => one.Item.Source))
                rows.Add(
                    item.Source.Topic, (long)item.Source.Partition, item.Source.Offset, texts[hash],
                    QuestionRows.Json(QuestionChoice.Of(item)), Priority(item), item.Propensity);
            return session.Execute(
                """
                INSERT INTO questions (topic, part, pos, text_id, item, priority, propensity, added)
                SELECT topic, part, pos, text_id, item, priority, propensity, @now FROM @rows
                WHERE NOT EXISTS (SELECT 1 FROM questions q WHERE q.text_id = rows.text_id AND q.wanted > 0)
                ON CONFLICT DO NOTHING
                """, rows, ("now", now));
        });

    /// <summary>
    /// The risk. Audited texts stand at random places, so that those that are answered are a fair sample even where
    /// the queue never ends.
    /// </summary>
    private static double Priority(ReviewItem item) => item.Propensity is null
        ? item.Risk
        : SourceDraw.Of(PlaceOfAudit, item.Source);
}
