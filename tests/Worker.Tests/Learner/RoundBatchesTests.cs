using Worker.Core.Answers;
using Worker.Encoders;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Training;

namespace Worker.Tests.Learner;

/// <summary>A round with many labels goes by batches.</summary>
public class RoundBatchesTests(TinyModel model)
{
    private static readonly string[] Names = ["late", "money", "refund", "thanks", "weather"];

    [Fact]
    public void Labels_get_the_same_heads_by_batches_as_at_once()
    {
        var atOnce = Run(long.MaxValue, out var one);
        var byBatches = Run(150, out var several);
        Assert.Equal(Names, Assert.Single(one));
        Assert.Equal([["late", "money"], ["refund", "thanks"], ["weather"]], several);
        Assert.Equal(atOnce.Select(Said), byBatches.Select(Said));
        Assert.All(byBatches, outcome => Assert.NotNull(outcome.Head));

        static (string, string, string?) Said(RoundOutcome outcome) => (outcome.Label, outcome.Sentence,
            outcome.Head is { } head
                ? $"{head.Bias} {head.Calibration.Slope} {string.Join(' ', head.Weights)} {head.Thresholds}" : null);
    }

    [Fact]
    public void A_label_that_was_fitted_since_it_was_found_due_is_left_alone()
    {
        using var loaded = LoadedEncoder.Open(model.Section);
        using var store = Answered();
        var round = Round(store, loaded, 150, _ => { });
        var due = store.Examples.Labels();
        Assert.Equal(2, round.Run([.. due.Take(2)], TestContext.Current.CancellationToken).Count);
        Assert.Equal(
            ["refund", "thanks", "weather"],
            round.Run(due, TestContext.Current.CancellationToken).Select(outcome => outcome.Label));
    }

    [Fact]
    public void An_exclusive_group_and_labels_that_may_be_one_stay_together()
    {
        // 1. As many positives as texts, and all texts answered: only all of them together show whether it is so.
        Assert.Single(Batches([State(1, 30, 70), State(2, 70, 30)], 100));
        Assert.Equal(2, Batches([State(1, 30, 70), State(2, 40, 30)], 100).Count);
        Assert.Equal(2, Batches([State(1, 70, 30), State(2, 70, 30)], 100).Count);
        // 2. Heads that have a group already.
        Assert.Equal(
            [[1, 3], [2]],
            Batches([State(1, 70, 30), State(2, 70, 30), State(3, 70, 30)], 100, "1", "3")
                .Select(batch => batch.Select(label => label.Id)));
        // 3. Of more answers than are read the newest count.
        Assert.Single(RoundBatches.Of(
            [State(1, 300, 700), State(2, 700, 300)], texts: 100, maximum: 100, batch: 100, _ => null));
    }

    private static IReadOnlyList<IReadOnlyList<LabelState>> Batches(
        LabelState[] labels, int texts, params string[] together) =>
        RoundBatches.Of(labels, texts, 1000, 100, label => together.Contains(label) ? "one-of" : null);

    private static LabelState State(long id, long positives, long negatives) => new(
        id, $"{id}", positives, negatives, 0, 0, 0, null, 0, null, 0, null, null, false);

    private IReadOnlyList<RoundOutcome> Run(long batch, out List<string[]> recorded)
    {
        using var loaded = LoadedEncoder.Open(model.Section);
        using var store = Answered();
        List<string[]> batches = recorded = [];
        return Round(store, loaded, batch, outcomes => batches.Add([.. outcomes.Select(one => one.Label)]))
            .Run(store.Examples.Labels(), TestContext.Current.CancellationToken);
    }

    private static TrainingRound Round(
        LearningStore store, LoadedEncoder loaded, long batch, Action<IReadOnlyList<RoundOutcome>> recorded) => new(
        store, (_, texts, _) => TextTraining.Encode(loaded, texts, quiet: true), loaded, new Champions("heads"),
        new LearnSection { Feature = "mean" }, "heads", TimeProvider.System)
        {
            BatchExamples = batch,
            Recorded = recorded,
        };

    /// <summary>Five labels, each on sixty texts of its own choice.</summary>
    private static LearningStore Answered()
    {
        var store = LearningStore.Open(new StoreOptions { Path = ":memory:" }, TimeProvider.System);
        store.Examples.Record(new LabelBatch([.. Enumerable.Range(0, 100).Select(number => Answers.Of(number) with
        {
            Answers = [.. Names.Where((_, label) => (number + 7 * label) % 5 < 3)
                .Select((name, label) => new LabelAnswer(name, (number / (1 + label)) % 2))],
        })], []));
        return store;
    }
}
