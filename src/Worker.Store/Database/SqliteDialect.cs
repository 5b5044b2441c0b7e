using System.Buffers;
using System.Data.Common;
using System.Text;
using System.Text.Json;

namespace Worker.Store.Database;

/// <summary>SQLite takes rows as one JSON text.</summary>
internal sealed class SqliteDialect : Dialect
{
    public override string Identity => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public override string Blob => "BLOB";

    public override string Real => "REAL";

    public override string Table(RowSet rows, DbCommand command)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("rows_json", Json(rows));
        command.Parameters.Add(parameter);
        var columns = rows.Columns.Select((column, i) => column.Kind == ColumnKind.Blob
            ? $"unhex(json_extract(value, '$[{i}]')) AS {column.Name}"
            : $"json_extract(value, '$[{i}]') AS {column.Name}");
        return $"(SELECT {string.Join(", ", columns)} FROM json_each(@rows_json)) AS rows";
    }

    private static string Json(RowSet rows)
    {
        var buffer = new ArrayBufferWriter<byte>(rows.Count * 64);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var row in rows.Rows)
            {
                json.WriteStartArray();
                foreach (var value in row)
                    Write(json, value);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case long whole:
                json.WriteNumberValue(whole);
                break;
            case double real:
                // "1" would come back as a whole number.
                json.WriteRawValue(real.ToString("E16", System.Globalization.CultureInfo.InvariantCulture));
                break;
            case byte[] bytes:
                json.WriteStringValue(Convert.ToHexString(bytes));
                break;
            default:
                throw new ArgumentException($"a column cannot hold {value.GetType()}", nameof(value));
        }
    }
}
