using Worker.Core.Answers;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Tests.Learner;

public class LearnerStatusTests
{
    [Fact]
    public void The_table_fits_80_columns_and_says_why_a_label_is_not_trained_now()
    {
        using var store = LearningStore.Open(new StoreOptions { Path = ":memory:" }, TimeProvider.System);
        store.Examples.Record(new LabelBatch(
        [
            new LabelEvent
            {
                Id = "1",
                At = new DateTimeOffset(2026, 11, 29, 10, 0, 0, TimeSpan.Zero),
                Text = "a text",
                Answers = [new LabelAnswer("a label with a name that is longer than a column of 日本語", 1)],
            },
        ], []));
        var status = LearnerStatus.Read(store, new LearnSection(), TimeProvider.System.GetUtcNow());
        using var table = new StringWriter();
        status.WriteTable(table, store.Description);
        var lines = table.ToString().TrimEnd().Split('\n');
        Assert.All(lines, line => Assert.InRange(Worker.Terminal.TextColumns.Width(line), 0, 79));
        Assert.Equal("    next training: 1 yes and 0 no: a head takes 5 of each", lines[^1]);
        using var plain = new StringWriter();
        status.WritePlain(plain);
        Assert.Equal(11, plain.ToString().Split('\t').Length);
    }
}
