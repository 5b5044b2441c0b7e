using Worker.Store.Database;

namespace Worker.Store.Questions;

/// <summary>How long the queue is.</summary>
/// <param name="Open">Questions that are not answered (<see cref="OpenQuestions"/>).</param>
/// <param name="Leased">As many of them as somebody has now.</param>
internal readonly record struct QueueLength(long Open, long Leased);

/// <summary>How far reviewing has come.</summary>
/// <param name="Mine">Answers of this person since the day began.</param>
/// <param name="All">Answers of all people since then.</param>
/// <param name="LastHour">Answers of this person in the last 60 minutes.</param>
/// <param name="Blind">Of answers that were given without seeing scores.</param>
/// <param name="Shown">Of the others: where it is much higher, the scores lead people.</param>
internal sealed record QuestionProgress(
    QueueLength Queue, long Mine, long All, long LastHour, AgreementFigure Blind, AgreementFigure Shown);

/// <summary>How often people say what the heads decided.</summary>
/// <param name="Answered">Labels that were answered yes or no.</param>
/// <param name="Agreed">As many of them as the heads had decided the same way.</param>
internal readonly record struct AgreementFigure(long Answered, long Agreed);

/// <summary>Counts what is in the queue. Any thread.</summary>
internal sealed class QuestionFigures(StoreDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan Agreements = TimeSpan.FromDays(30);
    private readonly OpenQuestions open = new(database, clock);

    public QueueLength Length() => database.Read(Length);

    /// <inheritdoc cref="OpenQuestions.Recount"/>
    public void Recount() => open.Recount();

    /// <param name="person">Whose.</param>
    /// <param name="day">When the day began.</param>
    public QuestionProgress Progress(string person, DateTimeOffset day)
    {
        var now = clock.GetUtcNow();
        return database.Read(session =>
        {
            var agreement = session.Query(
                "SELECT blind, SUM(answered), SUM(agreed) FROM responses WHERE kind = 'answer' AND undone = 0 " +
                "AND at >= @since GROUP BY blind",
                row => (IsBlind: row.GetInt64(0) != 0, Figure: new AgreementFigure(Whole(row, 1), Whole(row, 2))),
                ("since", (now - Agreements).ToUnixTimeMilliseconds()));
            return new QuestionProgress(
                Length(session),
                Answers(session, "AND person = @person", person, day),
                Answers(session, "", person, day),
                Answers(session, "AND person = @person", person, now.AddHours(-1)),
                agreement.Find(one => one.IsBlind).Figure, agreement.Find(one => !one.IsBlind).Figure);
        });
    }

    /// <summary>
    /// How often people contradict each other about labels, in [0, 1]: of the texts that two or more answered, with
    /// one agreement and one contradiction added, so that a label without any stands at one half.
    /// </summary>
    public IReadOnlyDictionary<string, double> Disagreement(IEnumerable<string> labels)
    {
        var rows = new RowSet(("name", ColumnKind.Text));
        foreach (var label in labels)
            rows.Add(label);
        return database.Read(session => session.Query(
            "SELECT l.name, l.disputed, (SELECT COUNT(*) FROM examples e WHERE e.label_id = l.id AND e.people > 1) " +
            "FROM @rows JOIN labels l ON l.name = rows.name",
            row => (Name: row.GetString(0), Share: (row.GetInt64(1) + 1.0) / (row.GetInt64(2) + 2)), rows))
            .ToDictionary(row => row.Name, row => Math.Min(1, row.Share), StringComparer.Ordinal);
    }

    private QueueLength Length(StoreSession session) => new(
        open.Count(session),
        session.Number(
            "SELECT COUNT(*) FROM questions WHERE owner IS NOT NULL AND until >= @now AND wanted > 0",
            ("now", clock.GetUtcNow().ToUnixTimeMilliseconds())) ?? 0);

    private static long Answers(StoreSession session, string filter, string person, DateTimeOffset since) =>
        session.Number(
            $"SELECT COUNT(*) FROM responses WHERE kind = 'answer' AND undone = 0 AND at >= @since {filter}",
            ("since", since.ToUnixTimeMilliseconds()), ("person", person)) ?? 0;

    // A sum is a decimal in Postgres.
    private static long Whole(System.Data.Common.DbDataReader row, int column) =>
        Convert.ToInt64(row.GetValue(column), System.Globalization.CultureInfo.InvariantCulture);
}
