using System.Numerics.Tensors;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Thresholding;

namespace Worker.Bench.Quality;

/// <summary>
/// How often certified bands break their promise, over random splits of rows that the head was not fitted on.
/// </summary>
/// <param name="YesBroken">Share of splits in which more than the target of the automatic yes were wrong on the
/// rest.</param>
/// <param name="NoBroken">The same of the automatic no.</param>
/// <param name="PlugInBroken">Share of sides that break with the laxest threshold whose error on the calibration rows
/// is at the target.</param>
/// <param name="YesShare">Mean share of the rest that is decided yes automatically.</param>
/// <param name="NoShare">The same of no.</param>
internal sealed record BandFigures(
    double YesBroken, double NoBroken, double PlugInBroken, double YesShare, double NoShare);

/// <summary>
/// What people's answers bring: accuracy with none, with the riskiest share answered, with a random share answered.
/// </summary>
internal sealed record ReviewFigures(double Without, double Riskiest, double Random)
{
    /// <summary>How many times as much accuracy rises with the riskiest as with random ones.</summary>
    public double Times => (Riskiest - Without) / (Random - Without);
}

/// <summary>
/// Certified bands and review by risk on the offensive tweets of TweetEval. One head is fitted on a part of the
/// training texts; all the other texts, of all three files, are split at random into rows to calibrate on and rows to
/// measure on.
/// </summary>
internal static class CertifiedBands
{
    private const int Calibrating = 2000;

    /// <summary>
    /// Fits on a part of the training texts, and gives calibrated probabilities of all other texts of the set.
    /// </summary>
    /// <param name="set">With one label.</param>
    /// <param name="features">[texts, width] of texts.</param>
    /// <param name="fitted">How many texts to fit on.</param>
    public static (double[] Probabilities, bool[] Answers) Score(
        QualitySet set, Func<IReadOnlyList<string>, FeatureMatrix> features, int fitted = 8000)
    {
        var order = Enumerable.Range(0, set.Train.Texts.Count).ToArray();
        new Random(1).Shuffle(order);
        var (train, all) = (set.Train, features(set.Train.Texts));
        var part = new DataSet([.. order[..fitted].Select(row => train.Texts[row])], train.Labels,
            new AnswerMatrix(fitted, 1, [.. order[..fitted].Select(row => train.Answers[row, 0])]));
        var head = HeadTrainer
            .Train(all.Part(order[..fitted]), part, "bench", "bench", new TrainingOptions()).Heads[0];
        var scored = order[fitted..].Select(row =>
            (P: Probability(all.Row(row)), Yes: train.Answers[row, 0] == AnswerMatrix.Yes)).ToList();
        foreach (var other in new[] { set.Validation, set.Test })
        {
            var matrix = features(other.Texts);
            scored.AddRange(
                Enumerable.Range(0, matrix.Rows).Select(row =>
                    (Probability(matrix.Row(row)), other.Answers[row, 0] == AnswerMatrix.Yes)));
        }
        return ([.. scored.Select(s => s.P)], [.. scored.Select(s => s.Yes)]);

        double Probability(ReadOnlySpan<float> x) =>
            head.Calibration.Probability(head.Bias + TensorPrimitives.Dot(head.Weights, x));
    }

    /// <summary>Splits the rows at random, many times: calibrates on 2,000, counts errors on the rest.</summary>
    public static BandFigures Measure(
        double[] probabilities, bool[] answers, double error = 0.1, double delta = 0.05, int splits = 200)
    {
        var random = new Random(7);
        var (p, y) = ((double[])probabilities.Clone(), (bool[])answers.Clone());
        var (yesBroken, noBroken, plugIn, yesShare, noShare) = (0, 0, 0, 0.0, 0.0);
        for (var split = 0; split < splits; split++)
        {
            Shuffle(random, p, y);
            var (known, truth) = (p[..Calibrating], y[..Calibrating]);
            var (rest, answer) = (p[Calibrating..], y[Calibrating..]);
            var (band, certificate) = CertifiedBand.Learn(known, truth, 0.5,
                new ThresholdOptions { Error = error, Delta = delta }, CertificateOrigin.Audit);
            var yes = Decided(
                rest, answer, certificate.Yes is null ? double.PositiveInfinity : band.High, upwards: true);
            var no = Decided(rest, answer, certificate.No is null ? double.NegativeInfinity : band.Low, upwards: false);
            yesBroken += yes.Wrong > error * yes.Count ? 1 : 0;
            noBroken += no.Wrong > error * no.Count ? 1 : 0;
            yesShare += (double)yes.Count / rest.Length / splits;
            noShare += (double)no.Count / rest.Length / splits;
            var looseYes = Decided(rest, answer, PlugIn(known, truth, error, upwards: true), upwards: true);
            var looseNo = Decided(rest, answer, PlugIn(known, truth, error, upwards: false), upwards: false);
            plugIn += (looseYes.Wrong > error * looseYes.Count ? 1 : 0) + (
                looseNo.Wrong > error * looseNo.Count ? 1 : 0);
        }
        return new BandFigures(
            (double)yesBroken / splits, (double)noBroken / splits, plugIn / (2.0 * splits), yesShare, noShare);
    }

    /// <summary>
    /// Accuracy when people answer a share of the messages: the riskiest, as the review policy scores risk, or any.
    /// </summary>
    /// <param name="share">Share of messages answered.</param>
    public static ReviewFigures Review(double[] probabilities, bool[] answers, double decide, double share = 0.05)
    {
        var wrong = probabilities.Select((p, i) => p >= decide != answers[i]).ToArray();
        var risk = Risks(probabilities, decide);
        var asked = (int)(share * risk.Length);
        var order = Enumerable.Range(0, risk.Length).OrderByDescending(i => risk[i]).ToArray();
        var (errors, mended) = (wrong.Count(w => w), order.Take(asked).Count(i => wrong[i]));
        double Accuracy(double remaining) => 1 - remaining / risk.Length;
        // Random answers correct their share of the errors, on average.
        return new ReviewFigures(
            Accuracy(errors), Accuracy(errors - mended), Accuracy(errors * (1 - (double)asked / risk.Length)));
    }

    /// <summary>The review policy's own verdict on each message, if no decision on the label is certified.</summary>
    private static double[] Risks(double[] probabilities, double decide)
    {
        var head = new Head
        {
            Label = "offensive",
            Version = 1,
            Encoder = "bench",
            Feature = "mean",
            Weights = [1],
            Bias = 0,
            Thresholds = new(0, decide, 1),
        };
        var bands = new DecisionBands([head], new DecisionOptions(), DateTimeOffset.UnixEpoch);
        var options = new ReviewOptions();
        return Array.ConvertAll(probabilities, p =>
        {
            var labels = new LabelDecision[1];
            var outcome = bands.Decide([(float)p], labels);
            return RiskScoring.Of(
                new ReviewCandidate
                {
                    Source = default,
                    Bands = bands,
                    Probabilities = [(float)p],
                    Labels = labels,
                    Outcome = outcome,
                    Tokens = [],
                }, options).Risk;
        });
    }

    private static (int Count, int Wrong) Decided(double[] p, bool[] y, double bound, bool upwards)
    {
        var (count, wrong) = (0, 0);
        for (var i = 0; i < p.Length; i++)
        {
            if (upwards ? p[i] < bound : p[i] > bound)
                continue;
            count++;
            wrong += y[i] == upwards ? 0 : 1;
        }
        return (count, wrong);
    }

    /// <summary>
    /// The laxest bound whose error on the calibration rows is within the target, for comparison with certificates.
    /// </summary>
    private static double PlugIn(double[] p, bool[] y, double error, bool upwards)
    {
        var (sorted, truth) = ((double[])p.Clone(), (bool[])y.Clone());
        Array.Sort(sorted, truth);
        if (upwards)
        {
            Array.Reverse(sorted);
            Array.Reverse(truth);
        }
        var (bound, wrong) = (upwards ? double.PositiveInfinity : double.NegativeInfinity, 0);
        for (var i = 0; i < sorted.Length; i++)
        {
            wrong += truth[i] == upwards ? 0 : 1;
            if (wrong <= error * (i + 1) && (upwards ? sorted[i] >= 0.5 : sorted[i] < 0.5))
                bound = sorted[i];
        }
        return bound;
    }

    private static void Shuffle(Random random, double[] p, bool[] y)
    {
        for (var i = p.Length - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (p[i], p[j]) = (p[j], p[i]);
            (y[i], y[j]) = (y[j], y[i]);
        }
    }
}
