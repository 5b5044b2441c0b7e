using Worker.Learning.Examples;

namespace Worker.Learning.Fitting;

/// <summary>
/// Answers together with the fold that each example is in, label by label: +fold for yes, −fold for no, 0 for unknown;
/// folds count from 1. Every label has its own stratified folds, so that each fold has its share of a rare label's
/// positives; a mask is all it takes, since a fit of one label never looks at another's answers.
/// </summary>
internal sealed class FoldedAnswers
{
    /// <summary>The most folds a signed byte can hold.</summary>
    public const int MaximumFolds = sbyte.MaxValue;

    private readonly sbyte[] codes;

    /// <summary>All labels without folds yet: fold 1 for every answer.</summary>
    public FoldedAnswers(AnswerMatrix answers)
    {
        (Rows, Labels) = (answers.Rows, answers.Labels);
        codes = new sbyte[checked(Rows * Labels)];
        for (var row = 0; row < Rows; row++)
        {
            var known = answers.Row(row);
            for (var label = 0; label < Labels; label++)
                codes[row * Labels + label] = known[label] switch { AnswerMatrix.Yes => 1, AnswerMatrix.No => -1, _ => 0 };
        }
    }

    public int Rows { get; }

    public int Labels { get; }

    /// <summary>+fold yes, −fold no, 0 unknown.</summary>
    public sbyte this[int row, int label] => codes[row * Labels + label];

    /// <summary>[Labels] of one text.</summary>
    public ReadOnlySpan<sbyte> Row(int row) => codes.AsSpan(row * Labels, Labels);

    /// <summary>Puts a label's examples into folds 1 to <paramref name="folds"/>, yes and no evenly spread over them.</summary>
    public void CrossFit(int label, int folds, Random random)
    {
        var next = 0;
        foreach (var rows in Shuffled(label, random))
            foreach (var row in rows)
                Move(row, label, next++ % folds + 1);
    }

    /// <summary>Puts a share of a label's yes and the same of its no into fold 1, the others into fold 2.</summary>
    /// <param name="fraction">Share held out, of (0, 1); at least one of each answer goes either way.</param>
    public void HoldOut(int label, double fraction, Random random)
    {
        foreach (var rows in Shuffled(label, random))
        {
            var held = Math.Clamp((int)Math.Round(rows.Count * fraction), 1, Math.Max(1, rows.Count - 1));
            for (var i = 0; i < rows.Count; i++)
                Move(rows[i], label, i < held ? 1 : 2);
        }
    }

    /// <summary>How many yes and no a fit without one fold sees; <paramref name="without"/> 0 leaves none out.</summary>
    public (int Positives, int Negatives) Count(int label, int without)
    {
        var (positives, negatives) = (0, 0);
        for (var row = 0; row < Rows; row++)
        {
            var code = this[row, label];
            if (code == 0 || Math.Abs(code) == without)
                continue;
            positives += code > 0 ? 1 : 0;
            negatives += code < 0 ? 1 : 0;
        }
        return (positives, negatives);
    }

    private void Move(int row, int label, int fold)
    {
        ref var code = ref codes[row * Labels + label];
        code = (sbyte)(code > 0 ? fold : -fold);
    }

    /// <summary>Rows that have the label, then rows that have not, each in random order.</summary>
    private List<int>[] Shuffled(int label, Random random)
    {
        List<int>[] rows = [[], []];
        for (var row = 0; row < Rows; row++)
            if (this[row, label] is not 0 and var code)
                rows[code > 0 ? 0 : 1].Add(row);
        foreach (var side in rows)
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(side));
        return rows;
    }
}
