using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Worker.Core.Messages;

namespace Worker.Store.Questions;

/// <summary>Questions as rows of the store.</summary>
internal static class QuestionRows
{
    /// <summary>What <see cref="Read"/> needs, of questions q and texts t.</summary>
    public const string Columns =
        "q.id, q.topic, q.part, q.pos, t.text, q.item, q.propensity, q.added, q.wanted, q.blind, " +
        "EXISTS (SELECT 1 FROM responses r WHERE r.question_id = q.id AND r.kind = 'answer' AND r.undone = 0)";

    public static Question Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Source = new SourcePosition(row.GetString(1), (int)row.GetInt64(2), row.GetInt64(3)),
        Text = row.GetString(4),
        Content = JsonSerializer.Deserialize(row.GetString(5), QuestionContext.Default.QuestionContent)!,
        Propensity = row.IsDBNull(6) ? null : row.GetDouble(6),
        Added = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
        Wanted = (int)row.GetInt64(8),
        IsBlind = row.GetInt64(9) != 0,
        // A truth value is a number in SQLite.
        IsSecond = Convert.ToBoolean(row.GetValue(10), System.Globalization.CultureInfo.InvariantCulture),
    };

    public static string Json(QuestionContent content) =>
        JsonSerializer.Serialize(content, QuestionContext.Default.QuestionContent);
}

/// <summary>Source-generated serialiser of <see cref="QuestionContent"/>.</summary>
[JsonSerializable(typeof(QuestionContent))]
internal sealed partial class QuestionContext : JsonSerializerContext;
