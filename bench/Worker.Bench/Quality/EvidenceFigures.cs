using Worker.Core.Heads;
using Worker.Learning.Certifying;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Thresholding;

namespace Worker.Bench.Quality;

/// <summary>Counts of what heads decide on test texts, and how sure they are; adds up over splits.</summary>
internal sealed class EvidenceFigures
{
    /// <summary>A decision is uncertain from this chance of being wrong.</summary>
    private static readonly double Uncertain = new ThresholdOptions().Uncertain;

    public int Labels { get; private set; }

    /// <summary>Labels whose yes is certified.</summary>
    public int CertifiedYes { get; private set; }

    /// <summary>Certified sides that decide at least one test text.</summary>
    public int Sides { get; private set; }

    /// <summary>How many of them have more than the target wrong on the test texts.</summary>
    public int Broken { get; private set; }

    /// <summary>
    /// How many of them surely break the target, by a test on the test texts at the certificate's delta.
    /// </summary>
    public int SurelyBroken { get; private set; }

    /// <summary>Decisions by confidence: certified, likely, uncertain.</summary>
    public long[] Decided { get; } = new long[3];

    /// <summary>Wrong decisions by confidence.</summary>
    public long[] Wrong { get; } = new long[3];

    /// <summary>Sum of the labels' held-out F1.</summary>
    public double HeldOutF1 { get; private set; }

    /// <summary>Measures heads on test texts.</summary>
    /// <param name="features">All texts' features.</param>
    /// <param name="all">All texts.</param>
    /// <param name="test">The texts to measure on.</param>
    public static EvidenceFigures Of(TrainingResult result, FeatureMatrix features, DataSet all, int[] test)
    {
        var figures = new EvidenceFigures { HeldOutF1 = result.Figures.Sum(f => f.F1) };
        foreach (var head in result.Heads)
            figures.Add(head, features, all, test);
        return figures;
    }

    public void Add(EvidenceFigures other)
    {
        (Labels, CertifiedYes, Sides, Broken, SurelyBroken) =
            (Labels + other.Labels, CertifiedYes + other.CertifiedYes, Sides + other.Sides, Broken + other.Broken,
                SurelyBroken + other.SurelyBroken);
        HeldOutF1 += other.HeldOutF1;
        for (var i = 0; i < Decided.Length; i++)
            (Decided[i], Wrong[i]) = (Decided[i] + other.Decided[i], Wrong[i] + other.Wrong[i]);
    }

    private void Add(Head head, FeatureMatrix features, DataSet all, int[] test)
    {
        var label = all.Labels.IndexOf(head.Label);
        var (yes, no) = ((Count: 0, Wrong: 0), (Count: 0, Wrong: 0));
        foreach (var row in test)
        {
            var p = head.Probability(features.Row(row));
            var (decision, truth) = (p >= head.Thresholds.Decide, all.Answers[row, label] == AnswerMatrix.Yes);
            var certified = head.Certificate!.Yes is not null && p >= head.Thresholds.High
                || head.Certificate.No is not null && p <= head.Thresholds.Low;
            var confidence = certified ? 0 : (decision ? 1 - p : p) < Uncertain ? 1 : 2;
            Decided[confidence]++;
            Wrong[confidence] += decision == truth ? 0 : 1;
            if (!certified)
                continue;
            if (decision)
                yes = (yes.Count + 1, yes.Wrong + (truth ? 0 : 1));
            else
                no = (no.Count + 1, no.Wrong + (truth ? 1 : 0));
        }
        Labels++;
        CertifiedYes += head.Certificate!.Yes is null ? 0 : 1;
        Judge(yes, head.Certificate);
        Judge(no, head.Certificate);
    }

    private void Judge((int Count, int Wrong) side, Certificate promise)
    {
        if (side.Count == 0)
            return;
        Sides++;
        Broken += side.Wrong > promise.Error * side.Count ? 1 : 0;
        // P(at least this many wrong) if the error were at its target.
        SurelyBroken += side.Wrong > 0
            && 1 - RiskTest.Binomial(side.Wrong - 1, side.Count, promise.Error) <= promise.Delta ? 1 : 0;
    }
}
