using Worker.Learning.Certifying;

namespace Worker.Learning.Tests.Certifying;

public class MissingEvidenceTests
{
    [Fact]
    public void A_side_with_few_errors_needs_the_rows_at_which_the_test_would_pass()
    {
        // 40 rows of 400 without an error: half an error in 41 is 1.2%, and such a side needs some hundred rows.
        var needs = MissingEvidence.Of(new bool[40], 400, 0.05, 0.05);
        Assert.InRange(needs.Answers!.Value, 300, 1500);
        Assert.InRange(needs.Error!.Value, 0, 0.02);
        // The rarer the side, the more answers it takes.
        Assert.True(MissingEvidence.Of(new bool[40], 4000, 0.05, 0.05).Answers > 5 * needs.Answers);
    }

    [Fact]
    public void With_that_many_answers_and_the_same_error_it_is_certified_as_often_as_not()
    {
        var random = new Random(3);
        var (asked, passed) = (0, 0);
        for (var draw = 0; draw < 400; draw++)
        {
            // A third of the rows is on the side, which errs in 2%.
            var needs = MissingEvidence.Of(Draw(60, random), 180, 0.05, 0.05);
            if (needs.Answers is not { } more)
                continue;
            asked++;
            var side = Array.ConvertAll(Draw((180 + more) / 3, random), wrong => wrong ? 1.0 : 0.0);
            passed += LearnThenTest.Certify(side, LearnThenTest.Candidates(side.Length, 0.05, 0.05), 0.05,
                0.05) > 0 ? 1 : 0;
        }
        Assert.True(asked > 300 && passed > 0.45 * asked, $"{passed} of {asked}");

        static bool[] Draw(int count, Random random) =>
            [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() < 0.02)];
    }

    [Fact]
    public void Where_even_the_most_confident_are_wrong_too_often_no_number_is_named()
    {
        var wrong = Enumerable.Range(0, 200).Select(i => i % 8 == 0).ToArray();
        var needs = MissingEvidence.Of(wrong, 1000, 0.05, 0.05);
        Assert.Null(needs.Answers);
        Assert.InRange(needs.Error!.Value, 0.11, 0.15);
        Assert.Equal(new MissingEvidence(null, null), MissingEvidence.Of([], 1000, 0.05, 0.05));
    }
}
