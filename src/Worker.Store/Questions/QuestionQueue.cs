using Worker.Core.Answers;
using Worker.Store.Database;
using Worker.Store.Sending;

namespace Worker.Store.Questions;

/// <summary>
/// Hands out questions and takes responses. Invariants: a question is leased to one seat at a time; an answer and its
/// label event (in the outbox) are written together; a request that comes again changes nothing. Any thread.
/// </summary>
/// <param name="labelsTopic">Where label events go.</param>
internal sealed class QuestionQueue(StoreDatabase database, string labelsTopic, TimeProvider clock)
{
    /// <summary>Two seats that choose at once may choose the same questions: one of them chooses again.</summary>
    private const int Tries = 5;

    /// <summary>Makes a seat hold some questions: those that it has, and the most urgent free ones.</summary>
    /// <param name="count">How many it is to hold.</param>
    /// <returns>All that it holds, most urgent first; fewer when no more are free.</returns>
    public IReadOnlyList<Question> Lease(Reviewer reviewer, int count, TimeSpan duration)
    {
        var (now, until) = Times(duration);
        return database.Transact(session =>
        {
            var held = session.Execute(
                "UPDATE questions SET until = @until WHERE owner = @seat AND until >= @now AND wanted > 0",
                ("until", until), ("seat", reviewer.Seat), ("now", now));
            for (var i = 0; i < Tries && held < count; i++)
            {
                var more = session.Execute(
                    $"""
                    UPDATE questions SET owner = @seat, until = @until WHERE id IN (
                        SELECT q.id FROM questions q WHERE q.wanted > 0 AND q.until < @now AND NOT EXISTS (
                            SELECT 1 FROM responses r WHERE r.question_id = q.id AND r.person = @person
                            AND r.undone = 0)
                        ORDER BY q.priority DESC, q.id LIMIT {count - held})
                    AND wanted > 0 AND until < @now
                    """, ("seat", reviewer.Seat), ("until", until), ("now", now), ("person", reviewer.Person));
                if (more == 0)
                    break;
                held += more;
            }
            return QuestionRows.Where(
                session, "q.owner = @seat AND q.until >= @now AND q.wanted > 0 ORDER BY q.priority DESC, q.id",
                ("seat", reviewer.Seat), ("now", now));
        });
    }

    /// <summary>A question, whoever has it; null when there is none of that id.</summary>
    public Question? Find(long id) => database.Read(session => QuestionRows.Find(session, id));

    /// <summary>Records an answer, and writes its label event to the outbox.</summary>
    /// <exception cref="QuestionException">It is nobody's question, somebody else's, or answered.</exception>
    public ResponseOutcome Answer(Reviewer reviewer, ResponseRequest request) => database.Transact(session =>
    {
        if (IsRepeated(session, reviewer, request.Key))
            return ResponseOutcome.Repeated;
        var now = clock.GetUtcNow();
        var question = Close(session, reviewer, request.Question, request.Further, now.ToUnixTimeMilliseconds());
        var decided = question.Content.Labels.ToDictionary(label => label.Label, label => label.Decision == "yes",
            StringComparer.Ordinal);
        var said = request.Labels.Where(label => label.Value is 0 or 1 && decided.ContainsKey(label.Label)).ToList();
        Respond(session, reviewer, request.Key, question, "answer", request.Mode, request.IsBlind, now,
            said.Count, said.Count(label => decided[label.Label] == (label.Value == 1)));
        var answer = new LabelEvent
        {
            Id = request.Key,
            At = now,
            Text = question.Content.IsCut ? null : question.Text,
            Message = question.Source,
            Answers = request.Labels,
            By = reviewer.Person,
            Source = request.Source,
            Mode = question.Propensity is not null && request.Mode == AnswerMode.Single
                ? AnswerMode.Audit
                : request.Mode,
            Propensity = request.Mode == AnswerMode.Single ? question.Propensity : null,
            IsBlind = request.IsBlind,
            Milliseconds = request.Milliseconds,
        };
        Send(session, answer, now.ToUnixTimeMilliseconds());
        return ResponseOutcome.Recorded;
    });

    /// <summary>Gives a question back unanswered: others may answer it, and this person is not asked again.</summary>
    /// <exception cref="QuestionException">It is nobody's question, somebody else's, or answered.</exception>
    public ResponseOutcome Skip(Reviewer reviewer, string key, long id) => database.Transact(session =>
    {
        if (IsRepeated(session, reviewer, key))
            return ResponseOutcome.Repeated;
        var now = clock.GetUtcNow();
        // One more is wanted than after an answer: the same as before.
        var question = Close(session, reviewer, id, 1, now.ToUnixTimeMilliseconds(), isBlind: false);
        Respond(session, reviewer, key, question, "skip", AnswerMode.Single, isBlind: false, now, 0, 0);
        return ResponseOutcome.Recorded;
    });

    /// <summary>
    /// Takes a response back and leases its question to the person again. The answer's event is withdrawn by another
    /// one.
    /// </summary>
    /// <param name="key">Of the response. Null: the person's last one that is not taken back yet.</param>
    /// <returns>The question; null when there is nothing to take back.</returns>
    /// <exception cref="QuestionException">It is no response of this person.</exception>
    public Question? Undo(Reviewer reviewer, string? key, TimeSpan duration)
    {
        var (now, until) = Times(duration);
        return database.Transact(session =>
        {
            var found = session.Query(
                "SELECT r.key, r.question_id, r.kind, r.undone FROM responses r WHERE r.person = @person " +
                (key is null ? "AND r.undone = 0 ORDER BY r.seq DESC LIMIT 1" : "AND r.key = @key"),
                row => (Key: row.GetString(0), Question: row.GetInt64(1), Kind: row.GetString(2),
                    IsUndone: row.GetInt64(3) != 0),
                ("person", reviewer.Person), ("key", key));
            if (found is not [var one])
                return key is null ? null : throw new QuestionException(
                    QuestionFault.Unknown, $"you have no answer with the key '{key}': it was not received, or its " +
                    "text was erased");
            if (!one.IsUndone)
            {
                session.Execute("UPDATE responses SET undone = 1 WHERE key = @key", ("key", one.Key));
                if (one.Kind == "answer")
                    Send(session, new LabelEvent
                    {
                        Id = $"{one.Key}/undo",
                        At = clock.GetUtcNow(),
                        By = reviewer.Person,
                        Withdraws = one.Key,
                    }, now);
            }
            session.Execute(
                "UPDATE questions SET wanted = CASE WHEN wanted > 0 THEN wanted ELSE 1 END, owner = @seat, " +
                "until = @until WHERE id = @id AND (owner IS NULL OR owner = @seat OR until < @now)",
                ("seat", reviewer.Seat), ("until", until), ("id", one.Question), ("now", now));
            return QuestionRows.Find(session, one.Question);
        });
    }

    /// <summary>Lets go of everything that a seat holds, e.g. when its window closes.</summary>
    public void Release(Reviewer reviewer) => database.Transact(session => session.Execute(
        "UPDATE questions SET owner = NULL, until = 0 WHERE owner = @seat", ("seat", reviewer.Seat)));

    private (long Now, long Until) Times(TimeSpan duration)
    {
        var now = clock.GetUtcNow();
        return (now.ToUnixTimeMilliseconds(), (now + duration).ToUnixTimeMilliseconds());
    }

    private static bool IsRepeated(StoreSession session, Reviewer reviewer, string key)
    {
        var person = session.Query(
            "SELECT person FROM responses WHERE key = @key", row => row.GetString(0), ("key", key));
        return person.Count > 0 && (person[0] == reviewer.Person ? true : throw new QuestionException(
            QuestionFault.Answered, $"the key '{key}' was used by somebody else: make a random one for each answer"));
    }

    /// <summary>One person fewer is wanted, and <paramref name="further"/> more.</summary>
    private static Question Close(
        StoreSession session, Reviewer reviewer, long id, int further, long now, bool isBlind = true)
    {
        var changed = session.Execute(
            "UPDATE questions SET wanted = wanted - 1 + @further, owner = NULL, until = 0, " +
            "blind = CASE WHEN @blind = 1 AND @further > 0 THEN 1 ELSE blind END " +
            "WHERE id = @id AND wanted > 0 AND (owner = @seat OR until < @now) AND NOT EXISTS (" +
            "SELECT 1 FROM responses r WHERE r.question_id = @id AND r.person = @person AND r.undone = 0)",
            ("further", (long)further), ("blind", isBlind ? 1L : 0L), ("id", id), ("seat", reviewer.Seat),
            ("now", now), ("person", reviewer.Person));
        var question = QuestionRows.Find(session, id)
            ?? throw new QuestionException(
                QuestionFault.Unknown, $"there is no question {id}: it never was, or its text was erased");
        if (changed == 0)
            throw question.Wanted > 0
                ? new QuestionException(QuestionFault.Leased, $"question {id} was given to somebody else meanwhile")
                : new QuestionException(QuestionFault.Answered, $"question {id} was answered meanwhile");
        // The same text may have been asked about twice: once is enough.
        session.Execute(
            "UPDATE questions SET wanted = 0 WHERE wanted > 0 AND id <> @id AND until < @now AND text_id = " +
            "(SELECT q.text_id FROM questions q WHERE q.id = @id)", ("id", id), ("now", now));
        return question;
    }

    private static void Respond(
        StoreSession session, Reviewer reviewer, string key, Question question, string kind, AnswerMode mode,
        bool isBlind, DateTimeOffset at, int answered, int agreed) => session.Execute(
        """
        INSERT INTO responses (key, question_id, person, kind, mode, at, blind, second, answered, agreed)
        VALUES (@key, @question, @person, @kind, @mode, @at, @blind, @second, @answered, @agreed)
        """,
        ("key", key), ("question", question.Id), ("person", reviewer.Person), ("kind", kind),
        ("mode", AnswerModeNames.Of(mode)), ("at", at.ToUnixTimeMilliseconds()), ("blind", isBlind ? 1L : 0L),
        ("second", question.IsSecond ? 1L : 0L), ("answered", (long)answered), ("agreed", (long)agreed));

    private void Send(StoreSession session, LabelEvent one, long now) => Outbox.Add(
        session, [new OutboxRecord(labelsTopic, null, LabelEventJson.Write(one))], now);
}
