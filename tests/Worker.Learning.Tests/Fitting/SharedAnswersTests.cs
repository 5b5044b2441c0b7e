using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Tests.Fitting;

/// <summary>Shares of the answers, as learning curves take them.</summary>
public class SharedAnswersTests
{
    [Fact]
    public void A_share_is_even_over_folds_and_answers_and_part_of_every_larger_share()
    {
        var random = new Random(5);
        sbyte[] given = [.. Enumerable.Range(0, 1000).Select(row => (sbyte)(row % 10 == 0
            ? AnswerMatrix.Unknown : random.Next(5) == 0 ? AnswerMatrix.Yes : AnswerMatrix.No))];
        var all = new CrossFitAnswers(new AnswerMatrix(1000, 1, given));
        all.CrossFit(0, 5, random);
        var (tenth, half, whole) = (all.Share(0.1, 3), all.Share(0.5, 3), all.Share(1, 3));
        foreach (var fold in Enumerable.Range(1, 5).SelectMany(fold => (int[])[fold, -fold]))
        {
            int Count(CrossFitAnswers answers) => Enumerable.Range(0, 1000).Count(row => answers[row, 0] == fold);
            Assert.Equal(Math.Round(0.1 * Count(all)), Count(tenth));
            Assert.Equal(Math.Round(0.5 * Count(all)), Count(half));
        }
        for (var row = 0; row < 1000; row++)
        {
            Assert.Equal(all[row, 0], whole[row, 0]);
            Assert.True(tenth[row, 0] == 0 || tenth[row, 0] == half[row, 0]);
            Assert.True(half[row, 0] == 0 || half[row, 0] == all[row, 0]);
        }
        Assert.NotEqual(Rows(tenth), Rows(all.Share(0.1, 4)));

        static int[] Rows(CrossFitAnswers answers) =>
            [.. Enumerable.Range(0, 1000).Where(row => answers[row, 0] != 0)];
    }

    [Fact]
    public void Copies_of_a_text_are_in_a_share_together_and_each_answer_keeps_one()
    {
        string[] texts = [.. MadeUpTexts().SelectMany(text => (string[])[text, text])];
        sbyte[] given =
            [.. Enumerable.Range(0, texts.Length).Select(row => row < 4 ? AnswerMatrix.Yes : AnswerMatrix.No)];
        var data = new DataSet(texts, ["a"], new AnswerMatrix(texts.Length, 1, given));
        var all = new CrossFitAnswers(data.Answers, 0, data.Groups);
        var share = all.Share(0.05, 1);
        Assert.Equal(2, Enumerable.Range(0, texts.Length).Count(row => share[row, 0] > 0));
        for (var row = 0; row < texts.Length; row += 2)
            Assert.Equal(share[row, 0], share[row + 1, 0]);

        static string[] MadeUpTexts() => Support.MadeUp.Texts(40, new Random(9));
    }
}
