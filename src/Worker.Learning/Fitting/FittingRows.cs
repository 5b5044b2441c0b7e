using System.Globalization;
using Worker.Learning.Examples;

namespace Worker.Learning.Fitting;

/// <summary>
/// The rows that fits see: texts, altered copies of them, synthetic points; with every label's folds. The split comes
/// first, and everything made from an example is in its fold.
/// </summary>
internal sealed class FittingRows
{
    private readonly TrainingOptions options;
    private readonly DataSet data;
    private readonly DerivedExamples derived;

    public FittingRows(FeatureMatrix features, DataSet data, DerivedExamples derived, TrainingOptions options)
    {
        this.options = options;
        this.data = data;
        this.derived = derived;
        Features = features.Mended(out var unusable);
        var synthetic = options.Sampling == Sampling.Smote
            ? data.Labels.Length * Smote.Share(data.Texts.Count, data.Labels.Length)
            : 0;
        Answers = new CrossFitAnswers(
            data.Answers, derived.Sources.Count + derived.Pseudo.Count + synthetic, data.Groups);
        foreach (var row in unusable.Where(row => row < data.Texts.Count))
            Answers.Forget(row);
        Unusable = unusable;
    }

    /// <summary>[texts + copies + pseudo-examples + points, width]; complete after <see cref="Split"/>.</summary>
    public FeatureMatrix Features { get; private set; }

    /// <summary>The rows of <see cref="Features"/>, perhaps followed by unused ones.</summary>
    public CrossFitAnswers Answers { get; }

    /// <summary>Rows whose features are not numbers; they are left out.</summary>
    public IReadOnlyList<int> Unusable { get; }

    /// <summary>The row of the first pseudo-example.</summary>
    private int FirstPseudo => data.Texts.Count + derived.Sources.Count;

    /// <summary>What was left out, in words; null if nothing was.</summary>
    public string? Remark => Unusable.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture,
        $"{Unusable.Count} of {Features.Rows} texts are left out because the encoder's features of them are not " +
        $"finite numbers (the first is text {Unusable[0]}, counted from 0): shorten or fix them");

    /// <summary>
    /// Draws the folds of labels and the rows made from their examples; returns how many folds each has.
    /// </summary>
    public int[] Split(IReadOnlyList<int> labels)
    {
        var points = new List<(int From, int To, float Part)>();
        var smote = new Smote(Features, Answers);
        var counts = new int[labels.Count];
        for (var i = 0; i < labels.Count; i++)
        {
            var random = new Random(LabelSeed.Of(options.Seed, data.Labels[labels[i]]));
            counts[i] = Folds(labels[i], random);
            for (var copy = 0; copy < derived.Sources.Count; copy++)
                if (!Unusable.Contains(data.Texts.Count + copy))
                    Answers.Derive(data.Texts.Count + copy, derived.Sources[copy], labels[i]);
            Sample(labels[i], random, smote, points);
            Answers.Shifted(labels[i]);
            Guess(labels[i]);
        }
        if (points.Count > 0)
            Features = Features.Append(Synthetic(smote, points));
        return counts;
    }

    /// <summary>A label's folds.</summary>
    private int Folds(int label, Random random)
    {
        var (positives, negatives) = Answers.CountDistinct(label);
        var fewer = Math.Min(positives, negatives);
        if (positives + negatives > options.CrossFitUpTo && fewer >= options.HeldOut * options.CrossFitUpTo)
        {
            Answers.HoldOut(label, options.HeldOut, random);
            return 1;
        }
        var folds = Math.Min(options.Folds, fewer);
        Answers.CrossFit(label, folds, random);
        return folds;
    }

    private void Sample(int label, Random random, Smote smote, List<(int From, int To, float Part)> points)
    {
        switch (options.Sampling)
        {
            case Sampling.Under:
                Resampling.Under(Answers, label, random);
                break;
            case Sampling.Over:
                Resampling.Over(Answers, label, random);
                break;
            case Sampling.Smote:
                foreach (var point in smote.Draw(label, Smote.Share(data.Texts.Count, data.Labels.Length), random))
                {
                    Answers.Derive(FirstPseudo + derived.Pseudo.Count + points.Count, point.From, label);
                    points.Add(point);
                }
                break;
        }
    }

    private void Guess(int label)
    {
        for (var i = 0; i < derived.Pseudo.Count; i++)
            if (derived.Pseudo[i].Label == label && !Unusable.Contains(FirstPseudo + i))
                Answers.Guess(FirstPseudo + i, label, yes: true, derived.Pseudo[i].Weight);
        if (derived.Scores is not { } scores)
            return;
        for (var row = 0; row < data.Texts.Count; row++)
            if (Answers[row, label] == 0 && scores[row * data.Labels.Length + label] is var x && !float.IsNaN(x)
                && !Unusable.Contains(row))
                Answers.Guess(row, label, x >= 0.5f, 4 * (x - 0.5f) * (x - 0.5f));
    }

    private float[] Synthetic(Smote smote, List<(int From, int To, float Part)> points)
    {
        var width = Features.Width;
        var values = new float[checked(points.Count * width)];
        Parallel.For(0, points.Count, point => smote.Write(points[point], values.AsSpan(point * width, width)));
        return values;
    }
}
