using System.Collections;
using Parquet;
using Parquet.Schema;
using Parquet.Serialization;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>Rows of a Parquet file, one row group at a time in memory.</summary>
internal static class ParquetRows
{
    // Without it texts come as memory of characters. The library has this option only for the whole process.
    static ParquetRows() => ParquetOptions.PreferUntypedString = true;

    public static IEnumerable<ReadRow> Read(Stream stream, string source)
    {
        using var file = Seekable(stream);
        var (groups, columns, lists) = Wait(Open(file), source);
        var number = 0L;
        for (var group = 0; group < groups; group++)
        {
            file.Position = 0;
            var read = Wait(ParquetSerializer.DeserializeUntypedAsync(file, rowGroupIndex: group), source);
            foreach (var values in read.Data)
            {
                number++;
                yield return new ReadRow(number, new DataRow($"row {number}", columns,
                    column => values.TryGetValue(columns.Names[column], out var value) ? Of(value)
                        // The library does not distinguish an empty list from a missing one: nothing is listed.
                        : lists[column] ? new List<object?>() : null));
            }
        }
    }

    private static async Task<(int Groups, ColumnNames Columns, bool[] Lists)> Open(Stream file)
    {
        await using var reader = await ParquetReader.CreateAsync(file, leaveStreamOpen: true);
        string[] names = [.. reader.Schema.Fields.Select(field => field.Name)];
        bool[] lists = [.. reader.Schema.Fields.Select(field => field is ListField or DataField { IsArray: true })];
        return (reader.RowGroupCount, new ColumnNames(names, isFixed: true), lists);
    }

    private static object? Of(object? value) => value switch
    {
        null or bool or string or double or long => value,
        ReadOnlyMemory<char> text => text.ToString(),
        sbyte or byte or short or ushort or int or uint => Convert.ToInt64(value),
        float or decimal => Convert.ToDouble(value),
        IDictionary map => Map(map),
        IEnumerable<byte> => value,
        IEnumerable list => list.Cast<object?>().Select(Of).ToList(),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
    };

    private static List<KeyValuePair<string, object?>> Map(IDictionary map)
    {
        var pairs = new List<KeyValuePair<string, object?>>();
        foreach (DictionaryEntry entry in map)
            pairs.Add(new KeyValuePair<string, object?>($"{Of(entry.Key)}", Of(entry.Value)));
        return pairs;
    }

    private static T Wait<T>(Task<T> task, string source)
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            // Any exception of the library: a file that begins like Parquet can only be damaged.
            throw new ExampleFormatException(
                $"{source} begins like Parquet but cannot be read: it is damaged or cut off, or of a kind that is " +
                "not supported here; save its columns as CSV or JSON lines");
        }
    }

    /// <summary>Parquet is read from its end, so data from a pipe goes to a temporary file first.</summary>
    private static Stream Seekable(Stream stream)
    {
        var file = new FileStream(Path.GetTempFileName(), new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
        });
        using (stream)
            stream.CopyTo(file);
        file.Position = 0;
        return file;
    }
}
