using Worker.Store.Database;

namespace Worker.Store.Questions;

/// <summary>Something that a person did which changes more than an answer.</summary>
/// <param name="Action">E.g. promote.</param>
/// <param name="Subject">E.g. a label.</param>
/// <param name="Detail">What else is to be known.</param>
internal sealed record ActionEntry(DateTimeOffset At, string Person, string Action, string Subject, string Detail);

/// <summary>Who did what. Nothing is ever taken out of it. Any thread.</summary>
internal sealed class ActionLog(StoreDatabase database, TimeProvider clock)
{
    public void Add(string person, string action, string subject, string detail) => database.Transact(session =>
        session.Execute(
            "INSERT INTO action_log (at, person, action, subject, detail) " +
            "VALUES (@at, @person, @action, @subject, @detail)",
            ("at", clock.GetUtcNow().ToUnixTimeMilliseconds()), ("person", person), ("action", action),
            ("subject", subject), ("detail", detail)));

    /// <summary>The newest entries first.</summary>
    public IReadOnlyList<ActionEntry> Newest(int maximum) => database.Read(session => session.Query(
        "SELECT at, person, action, subject, detail FROM action_log ORDER BY seq DESC LIMIT @maximum",
        row => new ActionEntry(
            row.Time(0), row.GetString(1), row.GetString(2),
            row.GetString(3), row.GetString(4)), ("maximum", (long)maximum)));
}
