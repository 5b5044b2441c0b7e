namespace Worker.Learning.Fitting;

/// <summary>
/// The distinct texts of a label that some fit held out, in parts. A part's rows are judged by what the other parts
/// chose: penalty, calibration and decision threshold. The parts are the folds of cross-fitting; of a label that holds one
/// share out, they divide that share.
/// </summary>
internal sealed class HeldOutRows
{
    /// <summary>Parts of one held-out share.</summary>
    private const int PartsOfShare = 5;

    /// <param name="folds">Folds of cross-fitting; 1 when fold 1 is held out and the others are not.</param>
    public HeldOutRows(FoldedAnswers answers, int label, int folds)
    {
        Rows = [.. answers.Distinct(label).Where(row => Math.Abs((int)answers[row, label]) <= folds)];
        Answers = Array.ConvertAll(Rows, row => answers[row, label] > 0);
        if (folds > 1)
        {
            (Parts, Part) = (folds, Array.ConvertAll(Rows, row => Math.Abs((int)answers[row, label]) - 1));
            return;
        }
        var positives = Answers.AsSpan().Count(true);
        Parts = Math.Clamp(Math.Min(positives, Rows.Length - positives), 1, PartsOfShare);
        Part = new int[Rows.Length];
        var seen = new int[2];
        for (var i = 0; i < Rows.Length; i++)
            Part[i] = seen[Answers[i] ? 1 : 0]++ % Parts;
    }

    /// <summary>Rows of the texts, rising.</summary>
    public int[] Rows { get; }

    /// <summary>True where the label holds.</summary>
    public bool[] Answers { get; }

    /// <summary>How many parts; 1 when there are answers for no more.</summary>
    public int Parts { get; }

    /// <summary>Part of each row, 0 to Parts − 1.</summary>
    public int[] Part { get; }

    /// <summary>The values of rows that are in one part, or in all others.</summary>
    public T[] Of<T>(T[] values, int part, bool others) => [.. values.Where((_, i) => Part[i] == part != others)];
}
