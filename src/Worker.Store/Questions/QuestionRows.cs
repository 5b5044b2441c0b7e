using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Worker.Core.Messages;
using Worker.Store.Database;

namespace Worker.Store.Questions;

/// <summary>Questions as rows of the store.</summary>
internal static class QuestionRows
{
    /// <summary>What <see cref="Read"/> needs.</summary>
    private const string Select =
        "SELECT q.id, q.topic, q.part, q.pos, t.text, q.item, q.propensity, q.added, q.wanted, q.blind, " +
        "EXISTS (SELECT 1 FROM responses r WHERE r.question_id = q.id AND r.kind = 'answer' AND r.undone = 0) " +
        "FROM questions q JOIN texts t ON t.id = q.text_id WHERE ";

    /// <summary>The question of an id; null for none.</summary>
    public static Question? Find(StoreSession session, long id) =>
        Where(session, "q.id = @id", ("id", id)).FirstOrDefault();

    /// <summary>Questions.</summary>
    /// <param name="which">The end of the statement, of questions q and texts t.</param>
    public static IReadOnlyList<Question> Where(
        StoreSession session, string which, params ReadOnlySpan<(string Name, object? Value)> values) =>
        session.Query(Select + which, Read, values);

    public static string Json(QuestionContent content) =>
        JsonSerializer.Serialize(content, QuestionContext.Default.QuestionContent);

    private static Question Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Source = new SourcePosition(row.GetString(1), (int)row.GetInt64(2), row.GetInt64(3)),
        Text = row.GetString(4),
        Content = JsonSerializer.Deserialize(row.GetString(5), QuestionContext.Default.QuestionContent)!,
        Propensity = row.IsDBNull(6) ? null : row.GetDouble(6),
        Added = row.Time(7),
        Wanted = (int)row.GetInt64(8),
        IsBlind = row.GetInt64(9) != 0,
        // A truth value is a number in SQLite.
        IsSecond = Convert.ToBoolean(row.GetValue(10), System.Globalization.CultureInfo.InvariantCulture),
    };
}

/// <summary>Source-generated serialiser of <see cref="QuestionContent"/>.</summary>
[JsonSerializable(typeof(QuestionContent))]
internal sealed partial class QuestionContext : JsonSerializerContext;
