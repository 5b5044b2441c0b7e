using Worker.Store.Database;

namespace Worker.Store.Questions;

/// <summary>A question and what an encoder says of its text.</summary>
/// <param name="Vector">Little-endian f16, all features side by side; null while its text is not encoded.</param>
internal readonly record struct QuestionVector(long Id, byte[]? Vector);

/// <summary>What encoders say of questions' texts. Any thread.</summary>
internal sealed class QuestionFeatures(StoreDatabase database)
{
    /// <summary>Open questions after one, in the order of ids.</summary>
    /// <param name="encoder">Its hash.</param>
    /// <param name="after">0 for the first.</param>
    public IReadOnlyList<QuestionVector> Next(string encoder, long after, int maximum) =>
        database.Read(session => session.Query(
            "SELECT q.id, f.vector FROM questions q LEFT JOIN features f ON f.encoder = @encoder AND " +
            "f.text_id = q.text_id WHERE q.id > @after AND q.wanted > 0 ORDER BY q.id LIMIT @maximum",
            Read, ("encoder", encoder), ("after", after), ("maximum", (long)maximum)));

    /// <summary>One question, open or not; null when there is none of that id.</summary>
    public QuestionVector? Find(string encoder, long id)
    {
        var found = database.Read(session => session.Query(
            "SELECT q.id, f.vector FROM questions q LEFT JOIN features f ON f.encoder = @encoder AND " +
            "f.text_id = q.text_id WHERE q.id = @id", Read, ("encoder", encoder), ("id", id)));
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Texts of those questions that are open.</summary>
    public IReadOnlyDictionary<long, string> Open(IEnumerable<long> ids)
    {
        var rows = new RowSet(("id", ColumnKind.Whole));
        foreach (var id in ids)
            rows.Add(id);
        return database.Read(session => session.Query(
            "SELECT q.id, t.text FROM @rows JOIN questions q ON q.id = rows.id JOIN texts t ON t.id = q.text_id " +
            "WHERE q.wanted > 0", row => (Id: row.GetInt64(0), Text: row.GetString(1)), rows))
            .ToDictionary(row => row.Id, row => row.Text);
    }

    private static QuestionVector Read(System.Data.Common.DbDataReader row) =>
        new(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1));
}
