using Worker.Store.Database;

namespace Worker.Store.Questions;

/// <summary>Keys that the page's sessions are signed with: every replica reads the same. Any thread.</summary>
internal sealed class SessionKeys(StoreDatabase database)
{
    public IReadOnlyList<string> Read() => database.Read(session =>
        session.Query("SELECT content FROM session_keys ORDER BY name", row => row.GetString(0)));

    public void Add(string name, string content) => database.Transact(session => session.Execute(
        "INSERT INTO session_keys (name, content) VALUES (@name, @content) ON CONFLICT DO NOTHING",
        ("name", name), ("content", content)));
}
