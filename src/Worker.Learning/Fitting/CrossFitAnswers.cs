using Worker.Core.Numerics;
using Worker.Learning.Examples;

namespace Worker.Learning.Fitting;

/// <summary>
/// Answers for cross-fitting: for each label and example the answer, the fold and the weight. +fold is yes, −fold no, 0
/// unknown; folds count from 1. Every label has its own stratified folds, so that each fold has its share of a rare
/// label's positives. A mask is enough for that, because a fit of one label never looks at another's answers. Copies
/// and near-copies of a text are in one fold, and only one of them is judged: the first that has an answer.
/// </summary>
internal sealed class CrossFitAnswers
{
    /// <summary>The maximum number of folds that a signed byte can hold.</summary>
    public const int MaximumFolds = sbyte.MaxValue - 1;

    /// <summary>The fold of answers that are fitted to and never held out, because no person gave them.</summary>
    private const int NeverHeldOut = sbyte.MaxValue;

    private const int BlockRows = 64;

    /// <summary>[Labels, Rows]: fits and counts go through one label's rows at a time.</summary>
    private readonly sbyte[] codes;
    private readonly double[] shifts;
    private readonly TextGroups groups;

    /// <summary>[Labels, Rows]; null while every answer weighs 1.</summary>
    private float[]? weights;
    private int[] interned = [];

    private CrossFitAnswers(CrossFitAnswers all, sbyte[] codes)
    {
        (groups, Originals, Rows, Labels) = (all.groups, all.Originals, all.Rows, all.Labels);
        (this.codes, shifts, weights) = (codes, all.shifts, all.weights);
    }

    /// <summary>All labels without folds yet: fold 1 for every answer.</summary>
    /// <param name="answers">Those of the texts.</param>
    /// <param name="derived">Rows after them for examples made from the texts; without answers yet.</param>
    /// <param name="groups">The texts' groups of copies; null when no text is a copy of another.</param>
    public CrossFitAnswers(AnswerMatrix answers, int derived = 0, TextGroups? groups = null)
    {
        this.groups = groups ?? TextGroups.Single(answers.Rows);
        (Originals, Rows, Labels) = (answers.Rows, answers.Rows + derived, answers.Labels);
        codes = new sbyte[checked(Rows * Labels)];
        shifts = new double[Labels];
        // A few rows at a time for every label: what is read and what is written stays in the cache.
        for (var first = 0; first < Originals; first += BlockRows)
            for (var label = 0; label < Labels; label++)
                for (var row = first; row < Math.Min(Originals, first + BlockRows); row++)
                    codes[label * Rows + row] = answers[row, label] switch
                    {
                        AnswerMatrix.Yes => 1,
                        AnswerMatrix.No => -1,
                        _ => 0,
                    };
    }

    /// <summary>Number of texts; only texts are ever held out and judged.</summary>
    public int Originals { get; }

    /// <summary>Texts, then examples derived from them.</summary>
    public int Rows { get; }

    public int Labels { get; }

    /// <summary>+fold yes, −fold no, 0 unknown.</summary>
    public sbyte this[int row, int label] => codes[label * Rows + row];

    /// <summary>One label's answers to some rows one after the other, as the indexer gives them.</summary>
    public ReadOnlySpan<sbyte> Of(int label, int start, int rows) => codes.AsSpan(label * Rows + start, rows);

    /// <summary>
    /// Puts a label's examples into folds 1 to <paramref name="folds"/>, distinct yes and no evenly spread over them.
    /// </summary>
    public void CrossFit(int label, int folds, Random random)
    {
        var next = 0;
        using var fold = new Rented<int>(groups.Count);
        using var rows = new Rented<int>(Originals);
        var (positives, negatives) = Shuffle(label, random, rows.Span);
        foreach (var row in rows.Span[..(positives + negatives)])
            fold.Span[groups[row]] = next++ % folds + 1;
        Move(label, fold.Span);
    }

    /// <summary>
    /// Puts a share of a label's distinct yes, and the same share of its no, into fold 1, and the others into fold 2.
    /// </summary>
    /// <param name="fraction">Share held out, of (0, 1); at least one of each answer goes either way.</param>
    public void HoldOut(int label, double fraction, Random random)
    {
        using var fold = new Rented<int>(groups.Count);
        using var rows = new Rented<int>(Originals);
        var (positives, negatives) = Shuffle(label, random, rows.Span);
        Part(rows.Span[..positives], fold.Span);
        Part(rows.Span.Slice(positives, negatives), fold.Span);
        Move(label, fold.Span);

        void Part(ReadOnlySpan<int> side, Span<int> fold)
        {
            var held = Math.Clamp((int)Math.Round(side.Length * fraction), 1, Math.Max(1, side.Length - 1));
            for (var i = 0; i < side.Length; i++)
                fold[groups[side[i]]] = i < held ? 1 : 2;
        }
    }

    /// <summary>
    /// The people's answers that count as evidence for a label, the first of each group of copies, in the first folds;
    /// rows, rising. They are one array for labels that have the same, because results keep those of every label. One
    /// caller at a time.
    /// </summary>
    public int[] Distinct(int label, int folds = MaximumFolds)
    {
        using var rows = new Rented<int>(Originals);
        var (array, count) = (rows.Array, 0);
        EachDistinct(label, row =>
        {
            if (Math.Abs((int)this[row, label]) <= folds)
                array[count++] = row;
        });
        var found = rows.Span[..count];
        return interned.AsSpan().SequenceEqual(found) ? interned : interned = found.ToArray();
    }

    /// <summary>How many distinct texts people have answered with yes and no.</summary>
    public (int Positives, int Negatives) CountDistinct(int label)
    {
        var (positives, negatives) = (0, 0);
        EachDistinct(label, row =>
        {
            positives += this[row, label] > 0 ? 1 : 0;
            negatives += this[row, label] < 0 ? 1 : 0;
        });
        return (positives, negatives);
    }

    /// <summary>How much an answer counts in fits; in judging, each counts 1.</summary>
    public float Weight(int row, int label) => weights is null ? 1 : weights[label * Rows + row];

    /// <summary>By how much sampling has shifted the log-odds of a label's yes; see <see cref="Shifted"/>.</summary>
    public double Shift(int label) => shifts[label];

    /// <summary>How many texts people have answered with yes and no.</summary>
    public (int Positives, int Negatives) Count(int label)
    {
        var (positives, negatives) = (0, 0);
        for (var row = 0; row < Originals; row++)
        {
            var code = this[row, label];
            positives += code is > 0 and < NeverHeldOut ? 1 : 0;
            negatives += code is < 0 and > -NeverHeldOut ? 1 : 0;
        }
        return (positives, negatives);
    }

    /// <summary>
    /// Weights of the yes and no that a fit without one fold sees; <paramref name="without"/> 0 leaves none out.
    /// </summary>
    public (double Positives, double Negatives) Weigh(int label, int without)
    {
        var (positives, negatives) = (0.0, 0.0);
        for (var row = 0; row < Rows; row++)
        {
            var code = this[row, label];
            if (code == 0 || Math.Abs(code) == without)
                continue;
            positives += code > 0 ? Weight(row, label) : 0;
            negatives += code < 0 ? Weight(row, label) : 0;
        }
        return (positives, negatives);
    }

    /// <summary>Makes an answer count more or less in fits.</summary>
    public void SetWeight(int row, int label, float weight)
    {
        if (weights is null)
        {
            weights = new float[codes.Length];
            weights.AsSpan().Fill(1);
        }
        weights[label * Rows + row] = weight;
    }

    /// <summary>
    /// Gives a derived row the answer and fold of the text it was made from, so that both are held out together.
    /// </summary>
    public void Derive(int row, int source, int label) => codes[label * Rows + row] = codes[label * Rows + source];

    /// <summary>
    /// Records how far weights and derived rows have moved a label's odds from those of the texts. Must be called
    /// before weak answers are added.
    /// </summary>
    public void Shifted(int label)
    {
        var (positives, negatives) = Count(label);
        var (weighedPositives, weighedNegatives) = Weigh(label, without: 0);
        shifts[label] = Math.Log(weighedPositives / weighedNegatives) - Math.Log((double)positives / negatives);
    }

    /// <summary>Fills an unknown answer with a guess that is used for fits and never for judging.</summary>
    public void Guess(int row, int label, bool yes, float weight)
    {
        codes[label * Rows + row] = (sbyte)(yes ? NeverHeldOut : -NeverHeldOut);
        SetWeight(row, label, weight);
    }

    /// <summary>
    /// These answers with only a share of each label's known, evenly of every fold and of yes and no, at least one of
    /// each. With the same seed a smaller share is part of a larger one. Copies of a text go together; rows that are
    /// not texts stay.
    /// </summary>
    /// <param name="share">In (0, 1].</param>
    public CrossFitAnswers Share(double share, int seed)
    {
        var part = (sbyte[])codes.Clone();
        for (var label = 0; label < Labels; label++)
        {
            var order = Enumerable.Range(0, Originals).Where(row => this[row, label] != 0).ToArray();
            new Random(unchecked(seed * 397 ^ label)).Shuffle(order);
            foreach (var same in order.GroupBy(row => this[row, label]))
            {
                int[] distinct = [.. same.Select(row => groups[row]).Distinct()];
                var kept = distinct.Take(Math.Max(1, (int)Math.Round(share * distinct.Length))).ToHashSet();
                foreach (var row in same)
                    if (!kept.Contains(groups[row]))
                        part[label * Rows + row] = 0;
            }
        }
        return new CrossFitAnswers(this, part);
    }

    /// <summary>Removes all answers of a text.</summary>
    public void Forget(int row)
    {
        for (var label = 0; label < Labels; label++)
            codes[label * Rows + row] = 0;
    }

    /// <summary>
    /// Calls for the first of each group of copies that people answered. Memory is rented: with many labels of many
    /// texts the collector would be far behind.
    /// </summary>
    private void EachDistinct(int label, Action<int> found)
    {
        var hasCopies = groups.Count < Originals;
        using var rented = new Rented<bool>(hasCopies ? groups.Count : 0);
        var seen = rented.Span;
        seen.Clear();
        for (var row = 0; row < Originals; row++)
        {
            if (this[row, label] is not (not 0 and var code) || Math.Abs((int)code) >= NeverHeldOut)
                continue;
            if (hasCopies)
            {
                if (seen[groups[row]])
                    continue;
                seen[groups[row]] = true;
            }
            found(row);
        }
    }

    /// <summary>Moves each of a label's answers into the fold of its group.</summary>
    /// <param name="fold">Of each group that has an answer.</param>
    private void Move(int label, ReadOnlySpan<int> fold)
    {
        for (var row = 0; row < Originals; row++)
        {
            ref var code = ref codes[label * Rows + row];
            if (code != 0)
                code = (sbyte)(code > 0 ? fold[groups[row]] : -fold[groups[row]]);
        }
    }

    /// <summary>Distinct texts that have the label, then those that do not, each in random order.</summary>
    /// <param name="rows">Receives them; [Originals].</param>
    /// <returns>How many they are.</returns>
    private (int Positives, int Negatives) Shuffle(int label, Random random, Span<int> rows)
    {
        var (positives, negatives) = CountDistinct(label);
        using var found = new Rented<int>(positives + negatives);
        var (array, count, yes, no) = (found.Array, 0, 0, positives);
        EachDistinct(label, row => array[count++] = row);
        foreach (var row in found.Span)
            rows[this[row, label] > 0 ? yes++ : no++] = row;
        random.Shuffle(rows[..positives]);
        random.Shuffle(rows.Slice(positives, negatives));
        return (positives, negatives);
    }
}
