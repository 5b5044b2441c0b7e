using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Evaluating;

public class ConfidenceFiguresTests
{
    [Fact]
    public void Decisions_are_counted_by_confidence_and_texts_by_whether_a_label_is_uncertain()
    {
        // Rows: both likely and right; an uncertain yes that is wrong; a likely no that is wrong; nothing known.
        var figures = ConfidenceFigures.Of(
            Evaluated.Of(["a", "b"], [0.9, 0.1, 0.6, 0.05, 0.02, 0.15, 0.5, 0.5], [1, 0, 0, 0, 0, 1, -1, -1]));
        Assert.Equal((new Judged(0, 0), new Judged(5, 1), new Judged(1, 1)),
            (figures.Certified, figures.Likely, figures.Uncertain));
        Assert.Equal((new Judged(2, 1), new Judged(1, 1)), (figures.SureTexts, figures.UnsureTexts));
        Assert.Equal((new Judged(6, 2), new Judged(3, 2)), (figures.All, figures.Texts));
        Assert.Equal((0.5, 2), (figures.FoundByUncertain, figures.TextsWithYes));
    }

    [Fact]
    public void Certified_decisions_are_those_that_a_certificate_covers()
    {
        var plain = Evaluated.Of(["a"], [0.95, 0.85, 0.15, 0.05, 0.9], [1, 0, 0, 1, -1]);
        var head = plain.Heads[0] with
        {
            Thresholds = new Thresholds(0.2, 0.5, 0.9),
            Certificate = new Certificate(0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Training,
                new CertifiedSide(200, 60, 0), new CertifiedSide(200, 60, 0)),
        };
        var evaluated = new EvaluatedTexts(
            [head], plain.Texts, null, plain.Uncalibrated, plain.Probabilities, plain.Answers);
        Assert.Equal(new CertifiedDecisions(4, Yes: new(1, 0), No: new(2, 1)), CertifiedDecisions.Of(evaluated, 0));
        Assert.Equal((new Judged(3, 1), new Judged(1, 1)),
            (ConfidenceFigures.Of(evaluated).Certified, ConfidenceFigures.Of(evaluated).Likely));
    }

    [Fact]
    public void Of_an_exclusive_group_the_favourite_counts_and_an_answer_to_another_label_tells_that_it_is_wrong()
    {
        var evaluated = Evaluated.Of(["a", "b"], [0.3, 0.2, 0.3, 0.2, 0.3, 0.2], [1, 0, -1, 1, -1, -1], group: "kind");
        Assert.Equal(
            [(0, 1, 0), (1, 1, 1)], TextError.Of(evaluated).Select(error => (error.Row, error.Known, error.Wrong)));
        Assert.Equal(1, Evaluator.Evaluate(evaluated.Heads, [0.3, 0.2], new AnswerMatrix(1, 2, [1, 0])).Micro.F1);
    }
}
