using Worker.Core.Answers;
using Worker.Learner;
using Worker.Learning.Examples;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Tests.Learner;

/// <summary>What training reads of the store.</summary>
public class TrainingExamplesTests
{
    [Fact]
    public void Each_answer_is_found_by_its_text_and_label()
    {
        using var store = LearningStore.Open(new StoreOptions { Path = ":memory:" }, TimeProvider.System);
        // One text in three is answered for one label alone.
        store.Examples.Record(new LabelBatch([.. Enumerable.Range(0, 60).Select(number => Answers.Of(number) with
        {
            Propensity = number == 7 ? 0.25 : null,
            Answers =
            [
                new LabelAnswer("refund", number % 2),
                .. number % 3 == 0 ? (LabelAnswer[])[] : [new LabelAnswer("angry", 1)],
            ],
        })], []));
        var examples = TrainingExamples.Read(store, store.Examples.Labels(), maximum: 1000);
        Assert.True(examples.IsWeighted);
        for (var row = 0; row < examples.Ids.Length; row++)
        {
            Assert.Equal(row % 2, examples.Example(examples.Ids[row], "refund").Value);
            Assert.Equal(row == 7 ? 4 : 1, examples.Example(examples.Ids[row], "refund").Weight);
            Assert.Equal(
                row % 3 == 0 ? AnswerMatrix.Unknown : AnswerMatrix.Yes,
                examples.Data.Answers[row, examples.Data.Labels.IndexOf("angry")]);
            if (row % 3 == 0)
                Assert.Throws<KeyNotFoundException>(() => examples.Example(examples.Ids[row], "angry"));
            else
                Assert.Equal(1, examples.Example(examples.Ids[row], "angry").Value);
        }
    }
}
