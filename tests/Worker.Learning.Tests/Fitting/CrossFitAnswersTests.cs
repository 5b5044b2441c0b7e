using FsCheck;
using FsCheck.Fluent;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Tests.Fitting;

public class CrossFitAnswersTests
{
    [Fact]
    public void Folds_share_yes_and_no_evenly_and_change_no_answer()
    {
        var cases =
            from answers in Gen.Elements<sbyte>(-1, 0, 0, 0, 1).ArrayOf(200)
            from folds in Gen.Choose(2, 7)
            from seed in Gen.Choose(0, 1000)
            select (answers, folds, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var folded = new CrossFitAnswers(new AnswerMatrix(100, 2, c.answers));
            folded.CrossFit(1, c.folds, new Random(c.seed));
            for (var row = 0; row < 100; row++)
                for (var label = 0; label < 2; label++)
                    Assert.Equal(
                        c.answers[row * 2 + label], folded[row, label] == 0 ? -1 : folded[row, label] > 0 ? 1 : 0);
            foreach (var sign in (int[])[1, -1])
            {
                var sizes = Enumerable.Range(1, c.folds).Select(fold =>
                    Enumerable.Range(0, 100).Count(row => folded[row, 1] == sign * fold)).ToArray();
                Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Copies_are_in_one_fold_and_distinct_texts_are_spread_evenly()
    {
        var cases = from groups in Gen.Choose(0, 59).ArrayOf(200)
                    from answers in Gen.Elements<sbyte>(-1, 0, 0,
            1).ArrayOf(200)
                    from folds in Gen.Choose(2, 5)
                    from seed in Gen.Choose(0, 1000)
                    select (groups, answers,
            folds, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            // A text for each group: two letters.
            var groups = TextGroups.Of([.. c.groups.Select(g => $"{(char)('a' + g / 26)}{(char)('a' + g % 26)}")]);
            foreach (var hold in (bool[])[false, true])
            {
                var folded = new CrossFitAnswers(new AnswerMatrix(200, 1, [.. c.answers]), 0, groups);
                if (hold)
                    folded.HoldOut(0, 0.3, new Random(c.seed));
                else
                    folded.CrossFit(0, c.folds, new Random(c.seed));
                var answered = Enumerable.Range(0, 200).Where(row => folded[row, 0] != 0).ToArray();
                Assert.All(answered.GroupBy(row => groups[row]), copies =>
                    Assert.Single(copies.Select(row => Math.Abs((int)folded[row, 0])).Distinct()));
                Assert.Equal(answered.DistinctBy(row => groups[row]), folded.Distinct(0));
                if (hold)
                    continue;
                foreach (var sign in (int[])[1, -1])
                {
                    var sizes = Enumerable.Range(1, c.folds)
                        .Select(fold => folded.Distinct(0).Count(row => folded[row, 0] == sign * fold)).ToArray();
                    Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(100, 20, 0.2, 16, 4)]
    [InlineData(2, 2, 0.2, 1, 1)]
    [InlineData(1000, 3, 0.5, 500, 2)]
    public void A_share_of_each_answer_is_held_out_but_never_all(
        int rows, int positives, double share, int heldOutNegativesOrMore, int heldOutPositives)
    {
        var total = rows + positives;
        var folded = new CrossFitAnswers(new AnswerMatrix(
            total, 1, [.. Enumerable.Range(0, total).Select(row => (sbyte)(row < positives ? 1 : 0))]));
        folded.HoldOut(0, share, new Random(1));
        var (fittedPositives, fittedNegatives) = folded.Weigh(0, without: 1);
        Assert.Equal(heldOutPositives, positives - fittedPositives);
        Assert.InRange(rows - fittedNegatives, heldOutNegativesOrMore, rows - 1);
    }
}
