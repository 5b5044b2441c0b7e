using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Heads;
using Worker.Learning.Promoting;

namespace Worker.Learning.Tests.Promoting;

public class PromotionGateTests
{
    /// <summary>Fewer resamples than by default: tests judge thousands of times.</summary>
    private static readonly PromotionOptions Options = new() { Resamples = 300 };

    /// <summary>The log-loss bar alone.</summary>
    private static readonly PromotionOptions LogLossOnly = Options with { TurnedWrong = 1, WorseCalibration = 0.99 };

    private static readonly Arbitrary<(int Rows, int Seed)> Draws =
        (from rows in Gen.Choose(60, 600) from seed in Gen.Choose(0, 1_000_000) select (rows, seed)).ToArbitrary();

    [Fact]
    public void A_challenger_that_says_the_same_is_never_promoted_nor_dropped() =>
        Prop.ForAll(Draws, draw =>
        {
            var verdict = PromotionGate.Judge(new DrawnRows(draw.Rows, new Random(draw.Seed)).Same, Options);
            Assert.Equal(PromotionOutcome.Kept, verdict.Outcome);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_challenger_that_is_better_on_every_row_is_promoted() =>
        Prop.ForAll(Draws, draw =>
        {
            var random = new Random(draw.Seed);
            var answers = Enumerable.Range(0, draw.Rows).Select(i => i % 2 == 0).ToArray();
            // The champion errs now and then and doubts; the challenger is nearer to each answer.
            double[] champion = [.. answers.Select(yes => Towards(yes, 0.35 + 0.5 * random.NextDouble()))];
            double[] challenger = [.. answers.Zip(champion, (yes, p) => Towards(yes, 1 - 0.04 * Math.Abs(p - 0.5)))];
            var verdict = PromotionGate.Judge(
                new ComparedRows(Predictions.At(champion, 0.5), Predictions.At(challenger, 0.5), answers), Options);
            Assert.True(verdict.Outcome == PromotionOutcome.Promoted, verdict.Sentence);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_challenger_that_is_worse_on_every_row_is_dropped() =>
        Prop.ForAll(Draws, draw =>
        {
            var random = new Random(draw.Seed);
            var answers = Enumerable.Range(0, draw.Rows).Select(i => i % 2 == 0).ToArray();
            double[] champion = [.. answers.Select(yes => Towards(yes, 0.4 + 0.6 * random.NextDouble()))];
            double[] challenger = [.. answers.Zip(champion, (yes, p) => Towards(!yes, yes ? 1 - p + 0.01 : p + 0.01))];
            var verdict = PromotionGate.Judge(
                new ComparedRows(Predictions.At(champion, 0.5), Predictions.At(challenger, 0.5), answers), Options);
            Assert.True(verdict.Outcome == PromotionOutcome.Dropped, verdict.Sentence);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_the_rows_changes_nothing() =>
        Prop.ForAll(Draws, draw =>
        {
            var random = new Random(draw.Seed);
            var drawn = new DrawnRows(draw.Rows, random);
            // Some texts have copies.
            int[] rows = [.. Enumerable.Range(0, draw.Rows), .. Enumerable.Range(0, draw.Rows / 3)];
            var before = PromotionGate.Judge(drawn.Ordered(rows, Weight), Options);
            random.Shuffle(rows);
            Same(before, PromotionGate.Judge(drawn.Ordered(rows, Weight), Options));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Copies_add_no_evidence() =>
        Prop.ForAll(Draws, draw =>
        {
            var drawn = new DrawnRows(draw.Rows, new Random(draw.Seed));
            int[] once = [.. Enumerable.Range(0, draw.Rows)];
            Same(PromotionGate.Judge(drawn.Ordered(once), Options),
                PromotionGate.Judge(drawn.Ordered([.. once, .. once, .. once, .. once]), Options));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Weights_that_are_all_alike_are_no_weights() =>
        Prop.ForAll(Draws, draw =>
        {
            var drawn = new DrawnRows(draw.Rows, new Random(draw.Seed));
            int[] rows = [.. Enumerable.Range(0, draw.Rows)];
            Same(PromotionGate.Judge(drawn.Rows, Options), PromotionGate.Judge(drawn.Ordered(rows, _ => 1), Options));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 200)]
    [InlineData(0, 1000)]
    [InlineData(-3, 1000)]
    public void Of_challengers_that_are_as_good_about_5_percent_at_most_are_promoted(double bias, int rows)
    {
        const int draws = 400;
        var promoted = Promoted(draws, LogLossOnly, random => new DrawnRows(rows, random, bias));
        Assert.True(promoted <= draws * 0.05 + 3 * Math.Sqrt(draws * 0.05 * 0.95), $"{promoted} of {draws}");
    }

    [Fact]
    public void Of_challengers_that_are_the_champion_and_noise_about_5_percent_at_most_are_promoted()
    {
        const int draws = 400;
        var promoted = Promoted(draws, LogLossOnly, random =>
            new DrawnRows(500, random, noise: 0.2, onTop: true));
        Assert.True(promoted <= draws * 0.05, $"{promoted} of {draws}");
    }

    [Fact]
    public void A_better_challenger_is_promoted_more_often_the_more_answers_there_are()
    {
        int[] promoted = [.. new[] { 300, 1000, 3000 }.Select(rows =>
            Promoted(100, Options, random => new DrawnRows(rows, random, bias: -3, noise: 0.2)))];
        Assert.True(promoted[0] < promoted[1] && promoted[1] < promoted[2] && promoted[2] >= 80,
            string.Join(", ", promoted));
    }

    [Fact]
    public void Without_answers_enough_of_either_kind_there_is_no_verdict()
    {
        var random = new Random(1);
        var rows = new DrawnRows(500, random, bias: -8, championNoise: 3, noise: 0.1).Rows;
        var verdict = PromotionGate.Judge(rows, Options);
        Assert.Equal((PromotionOutcome.Kept, BarNames.Answers), (verdict.Outcome, verdict.Failed.Single().Name));
        Assert.Contains("a verdict takes 20 of each", verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal(PromotionOutcome.Kept,
            PromotionGate.Judge(new ComparedRows(null, Predictions.At([], 0.5), []), Options).Outcome);
    }

    [Fact]
    public void A_few_answers_with_great_weight_are_few_answers()
    {
        var drawn = new DrawnRows(200, new Random(2));
        int[] rows = [.. Enumerable.Range(0, 200)];
        Assert.True(PromotionGate.Judge(drawn.Ordered(rows), Options).Bars[0].Passed);
        Assert.False(PromotionGate.Judge(drawn.Ordered(rows, row => row < 10 ? 1e4 : 1), Options).Bars[0].Passed);
    }

    [Fact]
    public void A_few_audits_among_few_answers_do_not_decide_alone()
    {
        var drawn = new DrawnRows(205, new Random(3));
        var texts = PairedText.Of(
            drawn.Ordered([.. Enumerable.Range(0, 205)], row => row < 5 ? 1000 : 1), 1e-6);
        // Five texts would have 5,000 of 5,200 parts of the weight: they are cut at 14 times the mean.
        Assert.Equal(Math.Sqrt(205) * 5200 / 205, texts.Max(text => text.Weight), 1e-6);
        Assert.Equal(200, texts.Count(text => text.Weight == 1));
    }

    [Fact]
    public void A_rare_labels_lost_yes_stop_a_challenger_though_they_are_few_of_all_decisions()
    {
        var answers = new bool[2000];
        var (champion, challenger) = (new double[2000], new double[2000]);
        for (var row = 0; row < 2000; row++)
        {
            answers[row] = row < 40;
            champion[row] = row < 40 ? 0.6 : 0.05;
            // Better by log-loss on the 1,960 no, but eleven of forty yes are decided no.
            challenger[row] = row < 11 ? 0.49 : row < 40 ? 0.6 : 0.01;
        }
        var verdict = PromotionGate.Judge(
            new ComparedRows(Predictions.At(champion, 0.5), Predictions.At(challenger, 0.5), answers), Options);
        Assert.Equal((PromotionOutcome.Kept, BarNames.Decisions), (verdict.Outcome, verdict.Failed.Single().Name));
        Assert.Contains("0 decisions turn right and 11 wrong", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_head_is_promoted_when_it_knows_more_than_the_labels_frequency()
    {
        var verdict = PromotionGate.Judge(new DrawnRows(300, new Random(3), noise: 0.3).First, Options);
        Assert.Equal(PromotionOutcome.Promoted, verdict.Outcome);
        Assert.Equal([BarNames.Answers, BarNames.LogLoss], verdict.Bars.Select(bar => bar.Name));
        var guesses = 0;
        for (var seed = 0; seed < 100; seed++)
            guesses += PromotionGate.Judge(Guessing(new Random(seed)), Options).Outcome == PromotionOutcome.Promoted
                ? 1 : 0;
        Assert.True(guesses <= 5, $"{guesses} of 100");
    }

    [Fact]
    public void A_bar_says_in_figures_what_it_measured()
    {
        var verdict = PromotionGate.Judge(
            new DrawnRows(2000, new Random(5), championNoise: 1.5, noise: 0.1).Rows, Options,
            new Certificate(0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Training,
                new CertifiedSide(1000, 40, 1), new CertifiedSide(1000, 580, 12)));
        Assert.Matches(@"^log-loss \.\d{3} -> \.\d{3}, gain \.\d{3,4} \(95% at least \.\d{3,5}\)$",
            verdict.Bars.Single(bar => bar.Name == BarNames.LogLoss).Sentence);
        Assert.Equal("would decide 62% by itself (4% yes, 58% no) at an error of at most 5%", verdict.Alone);
        Assert.Equal(5, verdict.Bars.Count);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Empty(Options.Problems());
        var problems = new PromotionOptions
        {
            MinimumAnswers = 1,
            TurnedWrong = 1.1,
            WorseCalibration = -1,
            Level = 0.5,
            Resamples = 10,
            Clip = 0,
        }.Problems();
        Assert.Equal(6, problems.Count);
        Assert.Contains("Clip", Assert.Throws<ArgumentException>(() =>
            PromotionGate.Judge(new DrawnRows(50, new Random(1)).Rows, Options with { Clip = 0 })).Message,
            StringComparison.Ordinal);
    }

    private static double Towards(bool yes, double p) => yes ? p : 1 - p;

    private static double Weight(int row) => 1 + row % 7;

    private static ComparedRows Guessing(Random random)
    {
        double[] probabilities = [.. Enumerable.Range(0, 200).Select(_ => 0.3 + 0.4 * random.NextDouble())];
        return new(null, Predictions.At(probabilities, 0.5), Array.ConvertAll(probabilities, _ => random.Next(2) == 0));
    }

    private static int Promoted(int draws, PromotionOptions options, Func<Random, DrawnRows> draw)
    {
        var promoted = 0;
        Parallel.For(0, draws, seed =>
        {
            if (PromotionGate.Judge(draw(new Random(seed)).Rows, options).Outcome == PromotionOutcome.Promoted)
                Interlocked.Increment(ref promoted);
        });
        return promoted;
    }

    private static void Same(Verdict expected, Verdict actual)
    {
        Assert.Equal((expected.Outcome, expected.Sentence), (actual.Outcome, actual.Sentence));
        Assert.Equal(expected.Bars, actual.Bars);
    }
}
