namespace Worker.Learning.Examples;

/// <summary>
/// Streams examples from JSON lines (see <see cref="ExampleLine"/> for the forms). Blank lines are skipped. Bad lines do
/// not stop the reading: they are collected, and after the last line one error lists them, so that a file is mended in
/// one go.
/// </summary>
public static class ExampleReader
{
    /// <summary>Reads a file, line by line as the caller asks for them.</summary>
    /// <exception cref="ExampleFormatException">After the last line: some lines are not examples, or there are none.</exception>
    public static IEnumerable<LabelledText> Read(string path)
    {
        using var reader = new StreamReader(path);
        foreach (var example in Read(reader, path))
            yield return example;
    }

    /// <summary>Reads open text, line by line as the caller asks for them.</summary>
    /// <param name="reader">JSON lines; not closed here.</param>
    /// <param name="source">What errors call it, e.g. the file's path.</param>
    /// <exception cref="ExampleFormatException">After the last line: some lines are not examples, or there are none.</exception>
    public static IEnumerable<LabelledText> Read(TextReader reader, string source)
    {
        var problems = new List<string>();
        var (number, bad, good) = (0, 0, 0);
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (ExampleLine.Parse(line, out var problem) is { } example)
            {
                good++;
                yield return example;
            }
            else if (++bad <= ExampleFormatException.Listed)
            {
                problems.Add($"{source}, line {number}: {problem}");
            }
        }
        if (bad > 0)
            throw new ExampleFormatException(problems, bad);
        if (good == 0)
            throw new ExampleFormatException([$"{source} has no examples: write one JSON object a line, e.g. {{\"text\": \"...\", \"labels\": {{\"spam\": 1}}}}"], 1);
    }
}

/// <summary>Lines that are not examples; the message lists the first ten and counts the rest.</summary>
public sealed class ExampleFormatException : FormatException
{
    /// <summary>At most so many problems are spelt out.</summary>
    public const int Listed = 10;

    /// <param name="problems">The first problems, each with file and line; at most <see cref="Listed"/>.</param>
    /// <param name="total">All problems, those not listed included.</param>
    public ExampleFormatException(IReadOnlyList<string> problems, int total)
        : base(string.Join('\n', problems) + (total > problems.Count ? $"\n… and {total - problems.Count} more such lines" : ""))
    {
        Problems = problems;
        Total = total;
    }

    /// <summary>The first problems, each with file and line.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>All problems, those not listed included.</summary>
    public int Total { get; }
}
