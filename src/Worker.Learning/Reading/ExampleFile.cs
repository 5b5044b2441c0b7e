using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>
/// Reads labelled texts from files in any form that people have. Bad rows do not stop the reading. They are collected,
/// and after the last row one error lists the first and counts the rest, so that a file can be fixed in one go.
/// </summary>
internal static class ExampleFile
{
    /// <summary>Rows that are read before it is decided where the answers are.</summary>
    private const int Look = 200;

    /// <summary>A file as a data set, without texts that are marked as unknown (<c>"known": false</c>).</summary>
    /// <param name="remark">Called with remarks for a person; null for nobody.</param>
    /// <exception cref="ExampleFormatException">Bad rows, no rows, or no row that names a label.</exception>
    public static DataSet Read(string path, ReadingOptions? options = null, Action<string>? remark = null) =>
        Read([path], options, remark);

    /// <summary>Several files as one data set; a file gives no answers for another's labels.</summary>
    /// <inheritdoc cref="Read(string, ReadingOptions?, Action{string}?)"/>
    public static DataSet Read(
        IReadOnlyList<string> paths, ReadingOptions? options = null, Action<string>? remark = null)
    {
        var files = paths.Select(path =>
            (Path: path, Examples: ReadAll(path, options, remark).Where(e => e.Known).ToList()))
            .ToList();
        var spelling = LabelNames.Check(
            [.. files.SelectMany(file => file.Examples)], options ?? new(), string.Join(", ", paths), remark
                ?? (_ => { }));
        DataSet[] sets = [.. files.Select(file => DataSet.From(file.Examples.Select(spelling), file.Path))];
        return sets.Length == 1 ? sets[0] : DataSet.Join(sets);
    }

    /// <summary>Every example of a file, row by row as the caller asks for them, labels as they are written.</summary>
    /// <exception cref="ExampleFormatException">After the last row: some are not examples, or there are
    /// none.</exception>
    public static IEnumerable<LabelledText> ReadAll(
        string path, ReadingOptions? options = null, Action<string>? remark = null)
    {
        options ??= new();
        return ReadAll(DataFile.Open(path, options), path, options, remark);
    }

    /// <summary>The same of an open stream, which is disposed of.</summary>
    /// <inheritdoc cref="ReadAll(string, ReadingOptions?, Action{string}?)"/>
    public static IEnumerable<LabelledText> ReadAll(
        Stream stream, string source, ReadingOptions? options = null, Action<string>? remark = null)
    {
        options ??= new();
        return ReadAll(DataFile.Open(stream, source, options), source, options, remark);
    }

    /// <summary>The labelled texts of a file; null if it names no labels and is a file of texts.</summary>
    /// <inheritdoc cref="Read(string, ReadingOptions?, Action{string}?)"/>
    public static DataSet? ReadIfLabelled(string path, ReadingOptions? options = null, Action<string>? remark = null)
    {
        options ??= new();
        var (format, rows) = DataFile.Open(path, options);
        var first = rows.Take(Look).Where(read => read.Row is not null).Select(read => read.Row!).ToList();
        var hasNone = format == DataFormat.Lines || AnswerColumns.Find(first, options, path, out _) is null;
        return hasNone ? null : Read(path, options, remark);
    }

    private static IEnumerable<LabelledText> ReadAll(
        (DataFormat Format,
            IEnumerable<ReadRow> Rows) file, string source, ReadingOptions options, Action<string>? remark)
    {
        if (file.Format == DataFormat.Lines)
            throw new ExampleFormatException($"{source} is a file of plain lines, without labels: write one JSON " +
                $"object per line, e.g. {JsonValues.Example}, or CSV with a header, e.g. text,label");
        var problems = new RowProblems(source);
        var texts = new TextColumns(options, source);
        AnswerColumns? answers = null;
        var good = 0;
        using var rows = file.Rows.GetEnumerator();
        // 1. In a file with a header the first rows decide where the answers are. In JSON each object decides.
        var waiting = new Queue<ReadRow>();
        while (waiting.Count < Look && rows.MoveNext())
        {
            // A quote that is never closed has swallowed the columns that other errors would be about.
            if (rows.Current.Stops)
                problems.Add(rows.Current);
            waiting.Enqueue(rows.Current);
            if (rows.Current.Row is { Columns.IsFixed: false })
                break;
        }
        // 2. Row by row.
        while (waiting.TryDequeue(out var read) || Next(rows, out read))
        {
            if (read.Row is null)
            {
                problems.Add(read);
                continue;
            }
            answers ??= Settle(read.Row, waiting);
            if (problems.Take(read, row => Example(row, texts, answers)) is not { } example)
                continue;
            good++;
            yield return example;
        }
        problems.Throw();
        if (good == 0)
            throw new ExampleFormatException(
                $"{source} has no examples: write one JSON object per line, e.g. {JsonValues.Example}");

        AnswerColumns Settle(DataRow row, IEnumerable<ReadRow> others)
        {
            texts.Read(row, out _);
            DataRow[] look = [row, .. others.Where(other => other.Row is not null).Select(other => other.Row!)];
            var found = AnswerColumns.Find(look, options, source, out var problem);
            if (found is null && row.Columns.IsFixed)
                throw new ExampleFormatException($"{source} {problem}");
            if (found?.Remark is { } said)
                remark?.Invoke(said);
            return found ?? AnswerColumns.ByName(options);
        }
    }

    private static (LabelledText?, string?) Example(DataRow row, TextColumns texts, AnswerColumns answers)
    {
        if (texts.Read(row, out var problem) is not { } text || answers.Read(row, text, out problem) is not { } example)
            return (null, problem);
        var isUnknown = AnswerCell.YesOrNo(row["known"], out _) == false;
        return (example with { Known = !isUnknown, Source = row["source"] as string }, null);
    }

    private static bool Next(IEnumerator<ReadRow> rows, out ReadRow read)
    {
        var any = rows.MoveNext();
        read = any ? rows.Current : default;
        return any;
    }
}
