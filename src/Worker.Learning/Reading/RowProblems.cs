using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>Collects what is wrong with the rows of a file: the first are listed, the others counted.</summary>
internal sealed class RowProblems(string source)
{
    private readonly List<string> listed = [];
    private int total;

    /// <summary>Records a broken row.</summary>
    /// <exception cref="ExampleFormatException">The problem concerns the whole file.</exception>
    public void Add(ReadRow read)
    {
        if (read.Stops)
            throw new ExampleFormatException(read.Problem!);
        Add(read.Problem!);
    }

    /// <summary>The value read from a row; null, with its problem recorded, if that fails.</summary>
    public T? Take<T>(ReadRow read, Func<DataRow, (T?, string?)> parse)
        where T : class
    {
        var row = read.Row!;
        try
        {
            var (taken, problem) = parse(row);
            if (taken is null)
                Add($"{source}, {row.Place}: {problem}");
            return taken;
        }
        catch (FormatException broken) when (broken is not ExampleFormatException)
        {
            Add($"{source}, {row.Place}: {broken.Message}");
            return null;
        }
    }

    /// <exception cref="ExampleFormatException">There were any.</exception>
    public void Throw()
    {
        if (total > 0)
            throw new ExampleFormatException(listed, total);
    }

    private void Add(string problem)
    {
        if (++total <= ExampleFormatException.Listed)
            listed.Add(problem);
    }
}
