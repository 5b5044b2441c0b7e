namespace Worker.Learning.Fitting;

/// <summary>
/// The distinct texts of a label that were held out, in parts. A part's rows are judged with the choices of the other
/// parts: penalty, calibration and decision threshold. The parts are the folds of cross-fitting; if a label holds out
/// one share, they divide that share.
/// </summary>
/// <param name="Rows">Rows of the texts, rising.</param>
/// <param name="Answers">True where the label holds.</param>
/// <param name="Part">Part of each row, 0 to Parts − 1; each has rows of both answers.</param>
/// <param name="Parts">How many parts; 1 if there are not enough answers for more.</param>
internal sealed record HeldOutRows(int[] Rows, bool[] Answers, int[] Part, int Parts)
{
    /// <summary>Parts of one held-out share.</summary>
    private const int PartsOfShare = 5;

    /// <summary>How much each row counts when probabilities are calibrated; null for all alike.</summary>
    public double[]? Weights { get; init; }

    /// <param name="folds">Folds of cross-fitting; 1 when fold 1 is held out and the others are not.</param>
    public static HeldOutRows Of(CrossFitAnswers answers, int label, int folds)
    {
        var rows = answers.Distinct(label, folds);
        var truth = Array.ConvertAll(rows, row => answers[row, label] > 0);
        if (folds > 1)
            return new HeldOutRows(rows, truth,
                Array.ConvertAll(rows, row => Math.Abs((int)answers[row, label]) - 1), folds);
        return Parted(rows, truth);
    }

    /// <summary>Rows that no fold parts, in parts with their share of either answer.</summary>
    /// <param name="rows">Of distinct texts, rising.</param>
    /// <param name="truth">As many.</param>
    public static HeldOutRows Parted(int[] rows, bool[] truth)
    {
        var positives = truth.AsSpan().Count(true);
        var parts = Math.Clamp(Math.Min(positives, rows.Length - positives), 1, PartsOfShare);
        var seen = new int[2];
        return new HeldOutRows(rows, truth, Array.ConvertAll(truth, yes => seen[yes ? 1 : 0]++ % parts), parts);
    }

    /// <summary>How many rows are in one part, or in all others.</summary>
    public int Count(int part, bool others)
    {
        var count = Part.AsSpan().Count(part);
        return others ? Part.Length - count : count;
    }

    /// <summary>The values of rows that are in one part, or in all others.</summary>
    public T[] Of<T>(T[] values, int part, bool others)
    {
        var of = new T[Count(part, others)];
        CopyTo<T>(values, part, others, of);
        return of;
    }

    /// <inheritdoc cref="Of{T}"/>
    /// <param name="of">Receives them; as long as <see cref="Count"/>.</param>
    public void CopyTo<T>(ReadOnlySpan<T> values, int part, bool others, Span<T> of)
    {
        var next = 0;
        for (var i = 0; i < Part.Length; i++)
            if (Part[i] == part != others)
                of[next++] = values[i];
    }
}
