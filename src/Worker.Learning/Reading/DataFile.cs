using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>
/// A file of texts in any form that people have: JSON lines, a JSON array, CSV with any separator, lines of text or
/// Parquet, optionally gzipped, detected by content. All commands that read data use it.
/// </summary>
internal static class DataFile
{
    /// <summary>Opens a file; its rows are read as they are asked for.</summary>
    /// <exception cref="ExampleFormatException">It is not there, or its kind is not supported.</exception>
    public static (DataFormat Format, IEnumerable<ReadRow> Rows) Open(string path, ReadingOptions options)
    {
        if (Directory.Exists(path))
            throw new ExampleFormatException($"{path} is a folder: name a file in it");
        if (!File.Exists(path))
            throw new ExampleFormatException($"{Path.GetFullPath(path)} is not there: name a file of JSON lines, " +
                "JSON, CSV, plain lines or Parquet, or one of these, gzipped");
        return Open(File.OpenRead(path), path, options);
    }

    /// <summary>Opens a stream, which is disposed of with the rows.</summary>
    /// <param name="source">Its name in error messages; its extension counts if the content does not decide the
    /// format.</param>
    /// <exception cref="ExampleFormatException">It is of a kind that is not read.</exception>
    public static (DataFormat Format, IEnumerable<ReadRow> Rows) Open(
        Stream stream, string source, ReadingOptions options)
    {
        var (text, isParquet) = SourceStream.Open(stream, source, options.Encoding);
        if (isParquet)
            return (DataFormat.Parquet, ParquetRows.Read(text, source));
        var (format, separator) = FormatDetection.Detect(text.PeekLine(), source, options);
        return (format, format switch
        {
            DataFormat.JsonLines => LineRows.Json(text, source),
            DataFormat.Json => JsonRows.Read(text, source),
            DataFormat.Csv => CsvRows.Read(text, source, separator),
            DataFormat.Lines => LineRows.Texts(text, source),
            _ => throw new ExampleFormatException(
                $"{source} is not a Parquet file: leave --format out to detect the format"),
        });
    }
}
