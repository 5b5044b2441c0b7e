using System.Data.Common;
using Worker.Core.Answers;
using Worker.Store.Database;

namespace Worker.Store.Examples;

/// <summary>
/// Works out anew what counts for texts and labels, and keeps each label's counts in step with its examples.
/// </summary>
internal sealed class ExampleUpdate(StoreSession session, Agreement agreement, long change, long now)
{
    /// <summary>Returns how many examples say something else than before.</summary>
    public int Run(IReadOnlyCollection<(long Text, long Label)> touched)
    {
        var pairs = new RowSet(("text_id", ColumnKind.Whole), ("label_id", ColumnKind.Whole));
        foreach (var (text, label) in touched)
            pairs.Add(text, label);
        var given = session.Query(
            """
            SELECT a.text_id, a.label_id, a.event_id, e.person, e.at, a.value, e.blind, e.propensity
            FROM @rows JOIN answers a ON a.text_id = rows.text_id AND a.label_id = rows.label_id
            JOIN events e ON e.id = a.event_id
            WHERE NOT EXISTS (SELECT 1 FROM events w WHERE w.withdraws = a.event_id)
            """, Given, pairs).ToLookup(answer => answer.Pair, answer => answer.Answer);
        var before = session.Query(
            "SELECT e.text_id, e.label_id, e.value, e.disputed, e.blind FROM @rows JOIN examples e " +
            "ON e.text_id = rows.text_id AND e.label_id = rows.label_id",
            row => (Pair: (row.GetInt64(0), row.GetInt64(1)), Counted: new Counted(
                row.IsDBNull(2) ? null : row.GetDouble(2), row.GetInt64(3) != 0, row.GetInt64(4) != 0)), pairs)
            .ToDictionary(row => row.Pair, row => row.Counted);
        var counts = new Dictionary<long, Counts>();
        var examples = new RowSet(
            ("label_id", ColumnKind.Whole), ("text_id", ColumnKind.Whole), ("value", ColumnKind.Real),
            ("people", ColumnKind.Whole), ("disputed", ColumnKind.Whole), ("blind", ColumnKind.Whole),
            ("propensity", ColumnKind.Real), ("at", ColumnKind.Whole));
        var changed = 0;
        foreach (var pair in touched)
        {
            var resolved = Resolution.Of([.. given[pair]], agreement);
            var (old, counted) = (before.GetValueOrDefault(pair), new Counted(resolved));
            if (!counts.TryGetValue(pair.Label, out var of))
                counts[pair.Label] = of = new Counts();
            of.Move(old, counted);
            of.LastAnswer = Math.Max(of.LastAnswer, Milliseconds(resolved.At));
            changed += old.Value == counted.Value ? 0 : 1;
            examples.Add(
                pair.Label, pair.Text, resolved.Value, (long)resolved.People, resolved.IsDisputed ? 1L : 0L,
                resolved.IsBlind ? 1L : 0L, resolved.Propensity, Milliseconds(resolved.At));
        }
        // A confirmation changes nothing that a fit would see, so it leaves the number of the change as it was.
        session.Execute(
            """
            INSERT INTO examples (label_id, text_id, value, people, disputed, blind, propensity, at, change)
            SELECT label_id, text_id, value, people, disputed, blind, propensity, at, @change FROM @rows WHERE true
            ON CONFLICT (label_id, text_id) DO UPDATE SET value = excluded.value, people = excluded.people,
                disputed = excluded.disputed, blind = excluded.blind, propensity = excluded.propensity,
                at = excluded.at, change = CASE WHEN examples.value = excluded.value
                    OR (examples.value IS NULL AND excluded.value IS NULL)
                    THEN examples.change ELSE excluded.change END
            """, examples, ("change", change));
        Count(counts);
        return changed;
    }

    private void Count(Dictionary<long, Counts> counts)
    {
        var rows = new RowSet(
            ("id", ColumnKind.Whole), ("positives", ColumnKind.Whole), ("negatives", ColumnKind.Whole),
            ("weak", ColumnKind.Whole), ("blind", ColumnKind.Whole), ("disputed", ColumnKind.Whole),
            ("pending", ColumnKind.Whole), ("last_answer", ColumnKind.Whole));
        foreach (var (label, of) in counts.OrderBy(entry => entry.Key))
            rows.Add(label, of.Positives, of.Negatives, of.Weak, of.Blind, of.Disputed, of.Pending, of.LastAnswer);
        session.Execute(
            """
            UPDATE labels SET positives = labels.positives + rows.positives,
                negatives = labels.negatives + rows.negatives, weak = labels.weak + rows.weak,
                blind = labels.blind + rows.blind, disputed = labels.disputed + rows.disputed,
                last_answer = CASE WHEN rows.last_answer > labels.last_answer
                    THEN rows.last_answer ELSE labels.last_answer END,
                pending_since = CASE WHEN labels.pending = 0 THEN @now ELSE labels.pending_since END,
                pending = labels.pending + rows.pending
            FROM @rows WHERE labels.id = rows.id
            """, rows, ("now", now));
    }

    private static ((long Text, long Label) Pair, GivenAnswer Answer) Given(DbDataReader row) => (
        (row.GetInt64(0), row.GetInt64(1)),
        new GivenAnswer(
            row.GetString(2), row.GetString(3), row.Time(4),
            row.IsDBNull(5) ? null : row.GetDouble(5), !row.IsDBNull(6) && row.GetInt64(6) != 0,
            row.IsDBNull(7) ? null : row.GetDouble(7)));

    private static long Milliseconds(DateTimeOffset at) => at == default ? 0 : at.ToUnixTimeMilliseconds();

    /// <summary>What a label counts of an example.</summary>
    private readonly record struct Counted(double? Value, bool IsDisputed, bool IsBlind)
    {
        public Counted(in Resolution resolved)
            : this(resolved.Value, resolved.IsDisputed, resolved.IsBlind)
        {
        }
    }

    /// <summary>By how much a label's counts change.</summary>
    private sealed class Counts
    {
        public long Positives { get; private set; }

        public long Negatives { get; private set; }

        public long Weak { get; private set; }

        public long Blind { get; private set; }

        public long Disputed { get; private set; }

        public long Pending { get; private set; }

        public long LastAnswer { get; set; }

        public void Move(in Counted before, in Counted after)
        {
            Add(before, -1);
            Add(after, 1);
            Pending += before.Value == after.Value ? 0 : 1;
        }

        private void Add(in Counted counted, int sign)
        {
            Positives += counted.Value == 1 ? sign : 0;
            Negatives += counted.Value == 0 ? sign : 0;
            Weak += counted.Value is > 0 and < 1 ? sign : 0;
            Blind += counted.IsBlind ? sign : 0;
            Disputed += counted.IsDisputed ? sign : 0;
        }
    }
}
