namespace Worker.Learning.Examples;

/// <summary>
/// Answers of many texts to many labels: 1 has the label, 0 does not have it, −1 unknown. Rows are texts.
/// </summary>
internal sealed class AnswerMatrix
{
    public const sbyte Unknown = -1;
    public const sbyte No = 0;
    public const sbyte Yes = 1;

    private readonly sbyte[] values;

    /// <param name="rows">Texts.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="values">[rows, labels], row-major, each −1, 0 or 1; kept, not copied.</param>
    public AnswerMatrix(int rows, int labels, sbyte[] values)
    {
        if (values.Length != (long)rows * labels)
            throw new ArgumentException(
                $"{rows} rows of {labels} labels need {(long)rows * labels} answers, there are {values.Length}",
                nameof(values));
        var odd = values.AsSpan().IndexOfAnyExceptInRange(Unknown, Yes);
        if (odd >= 0)
            throw new ArgumentException(
                $"the answer of row {odd / labels} for label {odd % labels} is {values[odd]}, not -1, 0 or 1",
                nameof(values));
        Rows = rows;
        Labels = labels;
        this.values = values;
    }

    /// <summary>Texts.</summary>
    public int Rows { get; }

    public int Labels { get; }

    /// <summary>−1 unknown, 0 no, 1 yes.</summary>
    public sbyte this[int row, int label] => values[(long)row * Labels + label];

    /// <summary>[Labels] answers of one text.</summary>
    public ReadOnlySpan<sbyte> Row(int row) => values.AsSpan(checked(row * Labels), Labels);

    /// <summary>How many texts have the label, and how many are known not to.</summary>
    public (int Positives, int Negatives) Count(int label)
    {
        var (positives, negatives) = (0, 0);
        for (var row = 0; row < Rows; row++)
        {
            var answer = this[row, label];
            positives += answer == Yes ? 1 : 0;
            negatives += answer == No ? 1 : 0;
        }
        return (positives, negatives);
    }

    /// <summary>
    /// These answers with only one of each group of copies for a label: the first stays, the others become unknown.
    /// Used wherever answers count as evidence.
    /// </summary>
    /// <param name="groups">The groups of the rows' texts.</param>
    public AnswerMatrix OncePerGroup(TextGroups groups)
    {
        var once = (sbyte[])values.Clone();
        if (groups.Count == Rows)
            return new AnswerMatrix(Rows, Labels, once);
        var seen = new bool[checked(groups.Count * Labels)];
        for (var cell = 0; cell < once.Length; cell++)
        {
            if (once[cell] == Unknown)
                continue;
            ref var before = ref seen[groups[cell / Labels] * Labels + cell % Labels];
            once[cell] = before ? Unknown : once[cell];
            before = true;
        }
        return new AnswerMatrix(Rows, Labels, once);
    }
}
