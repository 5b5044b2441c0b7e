using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Worker.Store.Database;

namespace Worker.Store.Features;

/// <summary>
/// What encoders say of texts, kept as f16: half the space, and less than a thousandth off, which no decision notices.
/// Any thread.
/// </summary>
internal sealed class FeatureStore(StoreDatabase database)
{
    /// <summary>Texts that an encoder has not encoded yet, oldest first.</summary>
    /// <param name="encoder">Its hash.</param>
    /// <param name="maximum">At most so many.</param>
    public IReadOnlyList<(long Id, string Text)> Missing(string encoder, int maximum) =>
        database.Read(session => session.Query(
            "SELECT t.id, t.text FROM texts t WHERE NOT EXISTS " +
            "(SELECT 1 FROM features f WHERE f.encoder = @encoder AND f.text_id = t.id) ORDER BY t.id LIMIT @maximum",
            row => (row.GetInt64(0), row.GetString(1)), ("encoder", encoder), ("maximum", (long)maximum)));

    /// <summary>Keeps features; those of texts that are there already, or erased by now, stay as they are.</summary>
    /// <param name="texts">Ids.</param>
    /// <param name="values">[texts, width].</param>
    public void Add(string encoder, IReadOnlyList<long> texts, ReadOnlySpan<float> values)
    {
        var rows = new RowSet(("text_id", ColumnKind.Whole), ("vector", ColumnKind.Blob));
        var width = texts.Count == 0 ? 0 : values.Length / texts.Count;
        for (var i = 0; i < texts.Count; i++)
        {
            var halves = new Half[width];
            TensorPrimitives.ConvertToHalf(values.Slice(i * width, width), halves);
            rows.Add(texts[i], MemoryMarshal.AsBytes(halves.AsSpan()).ToArray());
        }
        database.Transact(session => session.Execute(
            "INSERT INTO features (encoder, text_id, vector) SELECT @encoder, rows.text_id, rows.vector FROM @rows " +
            "JOIN texts t ON t.id = rows.text_id WHERE true ON CONFLICT DO NOTHING", rows, ("encoder", encoder)));
    }

    /// <summary>Features of some texts.</summary>
    /// <param name="texts">Ids.</param>
    /// <param name="width">Floats of a text.</param>
    /// <param name="into">[texts, width]; rows of texts without features are left alone.</param>
    /// <returns>Whether each text had features.</returns>
    public bool[] Read(string encoder, IReadOnlyList<long> texts, int width, float[] into)
    {
        var found = new bool[texts.Count];
        var rows = new RowSet(("id", ColumnKind.Whole), ("place", ColumnKind.Whole));
        for (var i = 0; i < texts.Count; i++)
            rows.Add(texts[i], (long)i);
        database.Read(session => session.Query(
            "SELECT rows.place, f.vector FROM @rows JOIN features f ON f.encoder = @encoder AND f.text_id = rows.id",
            row =>
            {
                var place = (int)row.GetInt64(0);
                var halves = MemoryMarshal.Cast<byte, Half>(row.GetFieldValue<byte[]>(1));
                if (halves.Length == width)
                {
                    TensorPrimitives.ConvertToSingle(halves, into.AsSpan(checked(place * width), width));
                    found[place] = true;
                }
                return place;
            }, rows, ("encoder", encoder)));
        return found;
    }

    /// <summary>Forgets the features of all encoders but one.</summary>
    /// <returns>How many texts' features went.</returns>
    public int KeepOnly(string encoder) => database.Transact(session =>
        session.Execute("DELETE FROM features WHERE encoder <> @encoder", ("encoder", encoder)));
}
