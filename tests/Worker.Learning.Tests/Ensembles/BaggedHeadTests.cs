using System.Collections.Immutable;
using Worker.Core.Heads;
using Worker.Learning.Ensembles;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Ensembles;

/// <summary>A bag as one head, judged by texts outside its members' parts.</summary>
public class BaggedHeadTests
{
    private static readonly TrainingOptions Options = new() { Seed = 3 };

    [Fact]
    public void A_part_has_its_share_of_either_answer_and_all_copies_of_a_text_or_none()
    {
        string[] texts = [.. MadeUp.Texts(60, new Random(1)).SelectMany(text => new[] { text, text + "!" })];
        // One yes in six texts, and a label that nobody answered.
        var data = new DataSet(texts, ["refund", "silent"], new AnswerMatrix(
            120, 2, [.. Enumerable.Range(0, 120).SelectMany(row => new[]
            {
                row / 2 % 6 == 0 ? AnswerMatrix.Yes : AnswerMatrix.No, AnswerMatrix.Unknown,
            })]));
        var parts = Enumerable.Range(0, 20).Select(member => Bagging.Part(data, 0, seed: 3, member)).ToList();
        Assert.All(parts, part => Assert.Equal(
            (7, 32), (Count(part, yes: true), Count(part, yes: false))));
        Assert.Equal(parts[4], Bagging.Part(data, 0, seed: 3, 4));
        Assert.NotEqual(parts[4], parts[5]);
        Assert.Equal(60, data.Groups.Count);
        Assert.DoesNotContain(true, Bagging.Part(data, 1, seed: 3, 0));

        int Count(bool[] part, bool yes) => Enumerable.Range(0, 60).Count(text =>
            part[data.Groups[2 * text]] && data.Answers[2 * text, 0] == AnswerMatrix.Yes == yes);
    }

    [Fact]
    public void What_is_said_of_texts_outside_the_parts_is_what_the_head_says_of_new_ones()
    {
        var drawn = Simulated.Draw(4_000, width: 12, labels: 1, seed: 5, strength: 2);
        int[] known = [.. Enumerable.Range(0, 600)];
        int[] others = [.. Enumerable.Range(600, 3_400)];
        var (head, said, refit) = Bag(drawn.Features.Part(known), drawn.Data.Part(known), 10);
        Assert.InRange(said.Rows.Length, 580, 600);
        Assert.Equal(said.Rows.Order(), said.Rows);
        // 1. The evidence promises what new texts keep.
        var fresh = ProbabilityMetrics.LogLoss(
            Array.ConvertAll(others, row => head.Probability(drawn.Features.Row(row))),
            Array.ConvertAll(others, row => drawn.Data.Answers[row, 0] == AnswerMatrix.Yes));
        var promised = ProbabilityMetrics.LogLoss(
            Array.ConvertAll(said.Probabilities, p => (double)p), said.Answers);
        Assert.Equal(fresh, promised, 0.03);
        Assert.Equal(promised, head.Training!.ValidationLogLoss!.Value, 1e-5);
        // 2. The rest of the head is of the refit's kind.
        Assert.Equal((refit.Training!.Positives, null), (head.Training.Positives, head.Parent));
        Assert.NotNull(head.Certificate);
        Assert.Equal(refit.Thresholds.Decide, head.Thresholds.Decide, 0.1);
        Assert.True(head.Certificate!.Yes is null || head.Thresholds.High < 1);
    }

    [Fact]
    public void Answers_by_the_toss_of_a_coin_make_no_evidence_though_members_know_them_by_heart()
    {
        // Each text eight times, so that a text and its copies are in a part together or not at all.
        var random = new Random(7);
        var (texts, coins) = (MadeUp.Texts(60, random), Enumerable.Range(0, 60).Select(_ => random.Next(2)).ToArray());
        var values = new float[480 * 40];
        for (var row = 0; row < 480; row++)
            for (var k = 0; k < 40; k++)
                values[row * 40 + k] = row % 60 * 40 + k is var at ? MathF.Sin(at * at * 0.7f) : 0;
        var data = new DataSet(
            [.. Enumerable.Range(0, 480).Select(row => texts[row % 60])], ["coin"],
            new AnswerMatrix(480, 1, [.. Enumerable.Range(0, 480).Select(row => (sbyte)coins[row % 60])]));
        var (head, said, _) = Bag(new FeatureMatrix(values, 40), data, 10);
        Assert.InRange(said.Rows.Length, 1, 60);
        var loss = ProbabilityMetrics.LogLoss(Array.ConvertAll(said.Probabilities, p => (double)p), said.Answers);
        Assert.True(loss > 0.6, $"{loss}: a coin has {Math.Log(2)}");
        Assert.True(head.Certificate is { Yes: null, No: null }, $"{head.Certificate}");
    }

    [Fact]
    public void Too_few_answers_for_parts_leave_a_label_without_a_bag()
    {
        var drawn = Simulated.Draw(200, width: 4, labels: 2, seed: 2);
        var answers = new sbyte[400];
        for (var row = 0; row < 200; row++)
            (answers[2 * row], answers[2 * row + 1]) = (
                row < 6 ? AnswerMatrix.Yes : AnswerMatrix.No, row < 7 ? AnswerMatrix.Yes : AnswerMatrix.No);
        var data = new DataSet(MadeUp.Texts(200, new Random(3)), ["six", "seven"], new AnswerMatrix(200, 2, answers));
        // 0.632 of six are four, and a head takes five.
        Assert.Equal(
            ["seven"], Bagging.Train(drawn.Features, data, "mean", "e", Options, members: 5).Keys.ToImmutableArray());
    }

    private static (Head Head, HeldOutEvidence Said, Head Refit) Bag(FeatureMatrix features, DataSet data, int members)
    {
        var refit = HeadTrainer.Train(features, data, "mean", "e", Options);
        var bag = Bagging.Train(features, data, "mean", "e", Options, members)[refit.Heads[0].Label];
        var made = BaggedHead.Fold(bag, refit.Heads[0], refit.Figures[0].HeldOut, features, data, Options);
        Assert.NotNull(made);
        return (made.Value.Head, made.Value.HeldOut, refit.Heads[0]);
    }
}
