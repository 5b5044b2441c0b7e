using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Store.Examples;
using Worker.Store.Sending;

namespace Worker.Store.Tests.Examples;

public class ExampleStoreTests(PostgresServer postgres)
{
    [Theory, EachKind]
    public void An_answer_becomes_an_example_and_is_counted(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var report = test.Record(
            test.Event("1", "where is my refund", "refund", 1), test.Event("2", "hello there", "refund", 0),
            test.Event("3", "where is my refund", "angry", 0.7));
        Assert.Equal(new BatchReport(3, 0, 0, 3), report);
        Assert.Equal(
            new Dictionary<string, double> { ["where is my refund"] = 1, ["hello there"] = 0 }, test.Answers("refund"));
        Assert.Equal(0.7, test.Answers("angry")["where is my refund"]);
        var (refund, angry) = (test.Label("refund"), test.Label("angry"));
        Assert.Equal((1L, 1L, 0L, 2L), (refund.Positives, refund.Negatives, refund.Weak, refund.Pending));
        Assert.Equal((0L, 0L, 1L, 1L), (angry.Positives, angry.Negatives, angry.Weak, angry.Pending));
        Assert.Equal(test.Clock.GetUtcNow(), refund.LastAnswer);
        Assert.Equal(test.Clock.GetUtcNow(), refund.PendingSince);
    }

    [Theory, EachKind]
    public void A_label_that_was_not_asked_about_stays_unknown(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "one text", "refund", 1), test.Event("2", "another text", "angry", 1));
        Assert.Equal(["one text"], test.Answers("refund").Keys);
        Assert.Equal(["another text"], test.Answers("angry").Keys);
    }

    [Theory, EachKind]
    public void The_same_event_counts_once_in_one_batch_and_in_two(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var one = test.Event("1", "a text", "refund", 1);
        Assert.Equal(new BatchReport(1, 1, 0, 1), test.Record(one, one));
        Assert.Equal(new BatchReport(0, 1, 0, 0), test.Record(one));
        Assert.Equal(1, test.Label("refund").Positives);
    }

    [Theory, EachKind]
    public void A_confirmation_is_kept_and_changes_nothing_to_fit(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "a text", "refund", 1));
        var id = test.Label("refund").Id;
        var before = test.Store.Examples.Examples([id]).Single();
        Assert.Equal(0, test.Record(test.Event("2", "a text", "refund", 1, by: "ben")).Changed);
        Assert.Equal(before.Change, test.Store.Examples.Examples([id]).Single().Change);
        Assert.Equal(1, test.Label("refund").Pending);
        Assert.Equal(2, test.Store.Export.Read().Count());
    }

    [Theory, EachKind]
    public void A_later_answer_of_the_same_person_corrects_the_earlier_one(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var first = test.Event("1", "a text", "refund", 1);
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = test.Event("2", "a text", "refund", 0);
        test.Record(second);
        test.Record(first);
        Assert.Equal(0, test.Answers("refund")["a text"]);
        Assert.Equal((0L, 1L), (test.Label("refund").Positives, test.Label("refund").Negatives));
    }

    [Theory, EachKind]
    public void A_withdrawal_counts_whether_it_comes_before_or_after(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var answer = test.Event("1", "a text", "refund", 1);
        LabelEvent withdrawal = new() { Id = "2", At = test.Clock.GetUtcNow(), Withdraws = "1" };
        test.Record(answer);
        test.Record(withdrawal);
        Assert.Empty(test.Answers("refund"));
        Assert.Equal(0, test.Label("refund").Positives);
        test.Record(new LabelEvent { Id = "4", At = test.Clock.GetUtcNow(), Withdraws = "3" });
        test.Record(test.Event("3", "another text", "refund", 1));
        Assert.Empty(test.Answers("refund"));
    }

    [Theory, EachKind]
    public void People_who_disagree_are_counted_and_the_majority_decides(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(
            test.Event("1", "a text", "refund", 1, "anna"), test.Event("2", "a text", "refund", 0, "ben"));
        Assert.Empty(test.Answers("refund"));
        Assert.Equal(1, test.Label("refund").Disputed);
        test.Record(test.Event("3", "a text", "refund", 0, "cleo"));
        Assert.Equal(0, test.Answers("refund")["a text"]);
        Assert.Equal(1, test.Label("refund").Disputed);
    }

    [Theory, EachKind]
    public void Offsets_go_on_only_from_where_they_are(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var other = test.Open();
        LabelBatch Batch(string id, long? from, long to) =>
            new([test.Event(id, $"text {id}", "refund", 1)], [new PartitionProgress("labels", 0, from, to)]);
        test.Store.Examples.Record(Batch("a", null, 1));
        // Another reader that had not seen it: nothing of its batch is recorded.
        Assert.Throws<OutOfStepException>(() => other.Examples.Record(Batch("b", null, 1)));
        Assert.Throws<OutOfStepException>(() => other.Examples.Record(Batch("b", 7, 8)));
        Assert.Equal(["text a"], test.Answers("refund").Keys);
        other.Examples.Record(Batch("b", 1, 5));
        Assert.Equal(5, test.Store.Examples.NextOffsets()[("labels", 0)]);
        Assert.Equal(2, test.Answers("refund").Count);
    }

    [Theory, EachKind]
    public void What_a_batch_leads_to_is_sent_if_and_only_if_it_is_recorded(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var letter = new OutboxRecord("dead-letters", [1], [2])
        {
            Headers = [new("name", [3, 4]), new("nothing", null)],
        };
        LabelBatch Batch(long? from) =>
            new([], [new PartitionProgress("labels", 0, from, 1)]) { Outgoing = [letter] };
        test.Store.Examples.Record(Batch(null));
        Assert.Throws<OutOfStepException>(() => test.Store.Examples.Record(Batch(null)));
        var waiting = Assert.Single(test.Store.Outbox.Next(10));
        var record = waiting.Record;
        Assert.Equal("dead-letters", record.Topic);
        Assert.Equal([1], record.Key!);
        Assert.Equal([2], record.Value!);
        Assert.Equal(letter.Headers.Select(one => one.Key), record.Headers.Select(one => one.Key));
        Assert.Equal(letter.Headers.Select(one => one.Value), record.Headers.Select(one => one.Value));
        test.Store.Outbox.Sent([waiting]);
        Assert.Empty(test.Store.Outbox.Next(10));
    }

    [Theory, EachKind]
    public void A_message_that_an_answer_named_with_its_text_is_found_by_its_place(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var place = new SourcePosition("messages", 2, 41);
        test.Record(test.Event("1", "a text", "refund", 1) with { Message = place });
        Assert.Equal("a text", test.Store.Examples.TextOf(place));
        Assert.Null(test.Store.Examples.TextOf(place with { Offset = 42 }));
    }

    [Theory, EachKind]
    public void What_came_after_a_fit_stays_pending(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "one text", "refund", 1));
        var read = test.Store.Examples.LastChange();
        test.Record(test.Event("2", "another text", "refund", 0));
        var (id, lease) = (test.Label("refund").Id, test.Store.Leases.Take(["label/refund"], TimeSpan.FromMinutes(1)));
        test.Store.Heads.Record([], [], [(id, read)], lease);
        Assert.Equal((1L, read), (test.Label("refund").Pending, test.Label("refund").Fitted));
        test.Store.Heads.Record([], [], [(id, test.Store.Examples.LastChange())], lease);
        Assert.Equal((0L, null), (test.Label("refund").Pending, test.Label("refund").PendingSince));
    }

    [Theory, EachKind]
    public void Texts_of_any_characters_come_back(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        string[] texts =
            ["naïve 日本語 🙂", "quote \" and \\ and '", "line\nbreak\ttab", "\u202Eright to left", "nul\0in it"];
        test.Record([.. texts.Select((text, i) => test.Event($"{i}", text, "it's \"a\" label", 1))]);
        Assert.Equal(
            texts.Select(text => text.Replace("\0", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            test.Answers("it's \"a\" label").Keys.Order(StringComparer.Ordinal));
    }
}
