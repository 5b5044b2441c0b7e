using CsvHelper;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>Rows of CSV with a header and any separator.</summary>
internal static class CsvRows
{
    /// <summary>A larger record means an unclosed quote.</summary>
    private const int LargestRecord = 16 << 20;

    /// <param name="separator">Null if the first line gives it (<c>sep=;</c>).</param>
    public static IEnumerable<ReadRow> Read(Stream stream, string source, char? separator)
    {
        CsvMalformedRecord? flaw = null;
        var options = new CsvReaderOptions
        {
            Separator = separator,
            TrackLineNumbers = true,
            MaxRecordSize = LargestRecord,
            OnMalformedRecord = record => flaw = record,
        };
        using var csv = CsvReader.Create(new Utf8Guard(stream, source), options);
        string[] names = [.. csv.Headers];
        if (flaw is { } header && CsvQuotes.Problem(header, csv.Separator) is { } broken)
            throw new ExampleFormatException($"{source}, {broken}");
        if (names.Length == 0)
            throw new ExampleFormatException($"{source} holds no header");
        var columns = new ColumnNames(names, isFixed: true);
        for (var number = 1L; Next(csv, source); number++)
        {
            var place = $"line {csv.LineNumber}";
            var problem = flaw is { } record ? CsvQuotes.Problem(record, csv.Separator) : null;
            flaw = null;
            yield return problem is not null
                ? new ReadRow(number, null, $"{source}, {problem}", Stops: true)
                : Row(csv, columns, number, source, place);
        }
    }

    private static ReadRow Row(CsvReader csv, ColumnNames columns, long number, string source, string place)
    {
        for (var extra = columns.Names.Count; extra < csv.FieldCount; extra++)
            if (!csv.IsEmpty(extra))
                return new ReadRow(number, null,
                    $"{source}, {place}: has {csv.FieldCount} fields, the header has {columns.Names.Count}: " +
                    $"put quotes around a field that holds '{csv.Separator}'");
        var values = new string[columns.Names.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = i < csv.FieldCount ? csv.GetString(i) : "";
        return new ReadRow(number, new DataRow(place, columns, column => values[column]));
    }

    private static bool Next(CsvReader csv, string source)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException broken)
        {
            throw new ExampleFormatException(
                $"{source}, line {broken.LineNumber}: a row of more than {LargestRecord >> 20} MiB begins here: " +
                "a quote in it is probably never closed");
        }
    }
}
