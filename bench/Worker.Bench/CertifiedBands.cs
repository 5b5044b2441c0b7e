using System.Text;
using Worker.Learning.Certifying;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Texts;

namespace Worker.Bench;

/// <summary>How often certified bands break their promise, over random splits of rows that the head was not fitted on.</summary>
/// <param name="YesBroken">Share of splits in which more than the target of the automatic yes were wrong on the rest.</param>
/// <param name="NoBroken">The same of the automatic no.</param>
/// <param name="PlugInBroken">Share of sides broken by the laxest threshold whose error on the calibration rows is at the target.</param>
/// <param name="YesShare">Mean share of the rest that is decided yes automatically.</param>
/// <param name="NoShare">The same of no.</param>
internal sealed record BandFigures(double YesBroken, double NoBroken, double PlugInBroken, double YesShare, double NoShare);

/// <summary>What answers by people bring: accuracy with none, with the riskiest share answered, with a random share answered.</summary>
internal sealed record ReviewFigures(double Without, double Riskiest, double Random)
{
    /// <summary>How many times as much the riskiest lift accuracy as random ones do.</summary>
    public double Times => (Riskiest - Without) / (Random - Without);
}

/// <summary>
/// Certified bands and review by risk on the offensive tweets of TweetEval. One head is fitted on a part of the training
/// texts; all the other texts, of all three files, are the rows that calibration and measuring share at random.
/// </summary>
internal static class CertifiedBands
{
    private const int Calibrating = 2000;

    /// <summary>Fits on the first texts of a shuffle, and gives calibrated probabilities of the others.</summary>
    /// <param name="features">[texts, width] of the texts of <see cref="Offensive"/>.</param>
    /// <param name="data">The same texts.</param>
    /// <param name="fitted">How many texts to fit on.</param>
    public static (double[] Probabilities, bool[] Answers) Score(FeatureMatrix features, DataSet data, int fitted)
    {
        var order = Enumerable.Range(0, features.Rows).ToArray();
        new Random(1).Shuffle(order);
        var (train, rest) = (order[..fitted], order[fitted..]);
        var rows = new float[(long)fitted * features.Width];
        for (var i = 0; i < fitted; i++)
            features.Row(train[i]).CopyTo(rows.AsSpan(i * features.Width));
        var answers = new AnswerMatrix(fitted, 1, [.. train.Select(row => data.Answers[row, 0])]);
        var set = new DataSet([.. train.Select(row => data.Texts[row])], data.Labels, answers);
        var head = HeadTrainer.Train(new FeatureMatrix(rows, features.Width), set, "bench", "bench", new TrainingOptions()).Heads[0];
        return (
            [.. rest.Select(row => head.Calibration.Probability(head.Bias + System.Numerics.Tensors.TensorPrimitives.Dot<float>(head.Weights, features.Row(row))))],
            [.. rest.Select(row => data.Answers[row, 0] == AnswerMatrix.Yes)]);
    }

    /// <summary>Splits the rows at random, again and again: calibrates on 2,000, counts errors on the rest.</summary>
    public static BandFigures Measure(double[] probabilities, bool[] answers, double error = 0.1, double delta = 0.05, int splits = 200)
    {
        var random = new Random(7);
        var (p, y) = ((double[])probabilities.Clone(), (bool[])answers.Clone());
        var (yesBroken, noBroken, plugIn, yesShare, noShare) = (0, 0, 0, 0.0, 0.0);
        for (var split = 0; split < splits; split++)
        {
            Shuffle(random, p, y);
            var (known, truth) = (p[..Calibrating], y[..Calibrating]);
            var (rest, answer) = (p[Calibrating..], y[Calibrating..]);
            var (band, certificate) = CertifiedBand.Learn(known, truth, 0.5, error, delta, DateTimeOffset.UnixEpoch);
            var yes = Decided(rest, answer, certificate.Yes is null ? double.PositiveInfinity : band.High, upwards: true);
            var no = Decided(rest, answer, certificate.No is null ? double.NegativeInfinity : band.Low, upwards: false);
            yesBroken += yes.Wrong > error * yes.Count ? 1 : 0;
            noBroken += no.Wrong > error * no.Count ? 1 : 0;
            yesShare += (double)yes.Count / rest.Length / splits;
            noShare += (double)no.Count / rest.Length / splits;
            var looseYes = Decided(rest, answer, PlugIn(known, truth, error, upwards: true), upwards: true);
            var looseNo = Decided(rest, answer, PlugIn(known, truth, error, upwards: false), upwards: false);
            plugIn += (looseYes.Wrong > error * looseYes.Count ? 1 : 0) + (looseNo.Wrong > error * looseNo.Count ? 1 : 0);
        }
        return new BandFigures((double)yesBroken / splits, (double)noBroken / splits, plugIn / (2.0 * splits), yesShare, noShare);
    }

    /// <summary>Accuracy when people answer a share of the messages: the riskiest, as the review policy scores risk, or any.</summary>
    /// <param name="share">Share of messages answered.</param>
    public static ReviewFigures Review(double[] probabilities, bool[] answers, double decide, double share = 0.05)
    {
        var wrong = probabilities.Select((p, i) => p >= decide != answers[i]).ToArray();
        var risk = probabilities.Select(p => p < decide ? p / decide : (1 - p) / (1 - decide)).ToArray();
        var asked = (int)(share * risk.Length);
        var order = Enumerable.Range(0, risk.Length).OrderByDescending(i => risk[i]).ToArray();
        var (errors, mended) = (wrong.Count(w => w), order.Take(asked).Count(i => wrong[i]));
        double Accuracy(double remaining) => 1 - remaining / risk.Length;
        // Random answers mend their share of the errors, in the mean.
        return new ReviewFigures(Accuracy(errors), Accuracy(errors - mended), Accuracy(errors * (1 - (double)asked / risk.Length)));
    }

    /// <summary>All texts of the three files; the label is 'offensive'.</summary>
    public static DataSet Offensive()
    {
        var texts = new[] { "train", "val", "test" }.SelectMany(part =>
            File.ReadLines(DataFolder.File("tweeteval", "offensive", part + "_text.txt"))
                .Zip(File.ReadLines(DataFolder.File("tweeteval", "offensive", part + "_labels.txt")))
                .Select(line => new LabelledText(line.First, new Dictionary<string, bool>(StringComparer.Ordinal) { ["offensive"] = line.Second == "1" }, Closed: false)));
        return DataSet.From(texts, "tweeteval/offensive");
    }

    /// <summary>Features of the texts, all that the encoder was opened with side by side.</summary>
    public static FeatureMatrix Encode(LoadedEncoder loaded, DataSet data) =>
        new(new TextEncoder(loaded).Features([.. data.Texts.Select(Encoding.UTF8.GetBytes)]), loaded.Encoder.Features.Width);

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

    /// <summary>The laxest bound whose error on the calibration rows is within the target: what a certificate is better than.</summary>
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
