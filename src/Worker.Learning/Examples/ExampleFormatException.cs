namespace Worker.Learning.Examples;

/// <summary>Lines that are not examples; the message lists the first ten and counts the rest.</summary>
internal sealed class ExampleFormatException : FormatException
{
    /// <summary>Maximum number of problems that are listed.</summary>
    public const int Listed = 10;

    /// <param name="problems">The first problems, each with file and line; at most <see cref="Listed"/>.</param>
    /// <param name="total">All problems, those not listed included.</param>
    public ExampleFormatException(IReadOnlyList<string> problems, int total)
        : base(string.Join('\n', problems)
            + (total > problems.Count ? $"\n… and {total - problems.Count} more such lines" : ""))
    {
        Problems = problems;
        Total = total;
    }

    /// <summary>One problem, of the file as a whole.</summary>
    public ExampleFormatException(string problem)
        : this([problem], 1)
    {
    }

    /// <summary>The first problems, each with file and line.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>All problems, those not listed included.</summary>
    public int Total { get; }
}
