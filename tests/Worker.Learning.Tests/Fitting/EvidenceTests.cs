using Worker.Learning.Calibrating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Tests.Fitting;

/// <summary>Held-out figures of a head match those of fresh texts.</summary>
public class EvidenceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Coin_flips_to_copied_texts_certify_nothing_and_cannot_be_predicted(bool near)
    {
        var (features, data) = Copied(200, copies: 8, near, seed: 29, answer: (_, random) => random.Next(2) == 1);
        var result = HeadTrainer.Train(features, data, "mean", "e", new TrainingOptions());
        var certificate = Assert.Single(result.Heads).Certificate!;
        Assert.Null(certificate.Yes);
        Assert.Null(certificate.No);
        Assert.True(result.Figures[0].F1 < 0.75, $"{result.Figures[0].F1}");
        Assert.Equal(200, result.Figures[0].DistinctHeldOut);

        // The same rows without their texts, as they were certified before.
        var blind = HeadTrainer.Train(features, new DataSet(new string[1600], data.Labels, data.Answers), "mean", "e",
            new TrainingOptions());
        Assert.True(blind.Figures[0].F1 > 0.95 && blind.Heads[0].Certificate!.Yes is not null);
    }

    [Fact]
    public void Samples_of_certificates_count_distinct_texts()
    {
        var (features, data) = Copied(400, copies: 5, near: true, seed: 3, answer: (x, _) => x[0] > 0, width: 8);
        var head = Assert.Single(HeadTrainer.Train(features, data, "mean", "e", new TrainingOptions()).Heads);
        Assert.Equal(400, head.Certificate!.No!.Sample);
        Assert.InRange(head.Certificate.Yes!.Decided, 59, 250);
        Assert.Equal((data.Answers.Count(0).Positives, data.Answers.Count(0).Negatives),
            (head.Training!.Positives, head.Training.Negatives));
    }

    [Fact]
    public void Copies_of_too_few_texts_are_no_examples_enough()
    {
        var (features, data) = Copied(100, copies: 8, near: false, seed: 3, answer: (_, random) => false);
        var values = Enumerable.Range(0, 800).Select(row => (sbyte)(data.Groups[row] < 3 ? 1 : 0)).ToArray();
        var problem = Assert.Single(HeadTrainer.Train(features, data.WithAnswers(new AnswerMatrix(800, 1, values)),
            "mean", "e", new TrainingOptions()).Problems);
        Assert.Contains("3 of its 100 answered texts have it (copies counted once)", problem.Reason,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(CalibrationMethod.Platt))]
    [InlineData(nameof(CalibrationMethod.Isotonic))]
    public void What_a_part_is_judged_by_does_not_change_with_its_own_answers(string name)
    {
        var method = Enum.Parse<CalibrationMethod>(name);
        var random = new Random(4);
        var z = Enumerable.Range(0, 6000).Select(_ => (float)(4 * random.NextDouble() - 2)).ToArray();
        var answers = Array.ConvertAll(z, x => random.NextDouble() < 1 / (1 + Math.Exp(-x)));
        var rows = new HeldOutRows([.. Enumerable.Range(0, 6000)], answers,
            Array.ConvertAll(z, _ => random.Next(5)), 5);
        var flipped = rows with
        {
            Answers =
            [.. answers.Select((answer, row) => rows.Part[row] == 2 ? !answer : answer)]
        };
        var (one, other) = (Judge(rows), Judge(flipped));
        Assert.All(Enumerable.Range(0, 6000).Where(row => rows.Part[row] == 2), row =>
        {
            Assert.Equal(one.Probabilities[row], other.Probabilities[row]);
            Assert.Equal(one.Decides[row], other.Decides[row]);
        });
        Assert.NotEqual(one.Probabilities.Where((_, row) => rows.Part[row] != 2),
            other.Probabilities.Where((_, row) => rows.Part[row] != 2));

        CrossCalibrated Judge(HeldOutRows held) => CrossCalibrated.Of(held, _ => z, method, new ThresholdOptions());
    }

    [Fact]
    public void A_part_has_no_say_in_the_penalty_that_it_is_judged_under()
    {
        var choice = new PenaltyChoice(without: 1);
        Assert.True(choice.Judge(1, [1], [(10, 10), (50, 10)]));
        // Better for the others, far worse for the part itself.
        Assert.True(choice.Judge(0.1, [2], [(9, 10), (500, 10)]));
        // The same loss changes nothing and does not end the search; a higher one does.
        Assert.False(choice.Judge(0.01, [3], [(9, 10), (1, 10)]));
        Assert.False(choice.Settled);
        Assert.False(choice.Judge(0.001, [4], [(11, 10), (1, 10)]));
        Assert.True(choice.Settled);
        Assert.Equal((0.1, 2f), (choice.L2, choice.Logits[0]));
        Assert.False(choice.Judge(0.0001, [5], [(1, 10), (1, 10)]));
    }

    [Fact]
    public void A_label_without_a_pattern_does_not_look_better_calibrated_than_its_share_of_yes()
    {
        // Isotonic calibration of 4,000 rows fits chance well enough to look better on the rows that it was fitted to.
        var simulated = Simulated.Draw(rows: 4000, width: 4, labels: 1, seed: 5, strength: 0, bias: 0);
        var figures = Assert.Single(HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e",
            new TrainingOptions { Calibration = CalibrationMethod.Isotonic }).Figures);
        var share = (double)figures.Positives / (figures.Positives + figures.Negatives);
        Assert.True(figures.After.LogLoss > -share * Math.Log(share) - (1 - share) * Math.Log(1 - share));
        Assert.True(figures.AveragePrecision < share + 0.05);
    }

    [Fact]
    public void One_held_out_share_is_judged_in_parts_too()
    {
        var simulated = Simulated.Draw(rows: 2000, width: 5, labels: 1, seed: 6, strength: 3, bias: 0);
        var rows = new FittingRows(simulated.Features, simulated.Data, new DerivedExamples(),
            new TrainingOptions { CrossFitUpTo = 100 });
        Assert.Equal([1], rows.Split([0]));
        var held = HeldOutRows.Of(rows.Answers, 0, folds: 1);
        Assert.Equal(5, held.Parts);
        Assert.InRange(held.Rows.Length, 395, 405);
        for (var part = 0; part < 5; part++)
            Assert.InRange(held.Part.Count(p => p == part), 78, 82);
    }

    /// <summary>Texts with features of their own, each several times, in random order.</summary>
    private static (FeatureMatrix Features, DataSet Data) Copied(int texts, int copies, bool near, int seed,
        Func<float[], Random, bool> answer, int width = 300)
    {
        var random = new Random(seed);
        var originals = MadeUp.Texts(texts, random);
        var x = originals.Select(_ => Enumerable.Range(0, width).Select(_ => (float)(random.NextDouble() - 0.5))
            .ToArray()).ToArray();
        var yes = Array.ConvertAll(x, row => answer(row, random));
        int[] of = [.. Enumerable.Range(0, texts * copies).Select(i => i % texts)];
        random.Shuffle(of);
        var data = new DataSet(
            [.. of.Select(i => near ? MadeUp.Changed(originals[i], random) : originals[i])], ["coin"],
                new AnswerMatrix(of.Length, 1, [.. of.Select(i => (sbyte)(yes[i] ? 1 : 0))]));
        return (new FeatureMatrix(of.SelectMany(i =>
            x[i].Select(v => v + (near ? (float)(0.02 * random.NextDouble()) : 0))).ToArray(), width), data);
    }
}
