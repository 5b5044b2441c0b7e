using Worker.Core.Messages;

namespace Worker.Store.Tests.Examples;

public class ErasureTests(PostgresServer postgres)
{
    [Theory, EachKind]
    public void An_erased_text_is_gone_with_all_of_it_and_does_not_come_back(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var place = new SourcePosition("messages", 0, 7);
        var secret = test.Event("1", "my name is Ada", "refund", 1) with { Message = place };
        test.Record(
            secret, test.Event("2", "another text", "refund", 0), test.Event("3", "my name is Ada", "angry", 0.5));
        Assert.True(test.Store.Erasure.Message(place));
        Assert.Equal(["another text"], test.Answers("refund").Keys);
        Assert.Empty(test.Answers("angry"));
        Assert.Equal((0L, 1L), (test.Label("refund").Positives, test.Label("refund").Negatives));
        Assert.Equal(0L, test.Label("angry").Weak);
        Assert.Equal(["2"], test.Store.Export.Read().Select(one => one.Id));
        Assert.Null(test.Store.Examples.TextOf(place));
        Assert.False(test.Store.Erasure.Message(place));
        Assert.Equal(1, test.Record(secret with { Id = "9" }).Erased);
        Assert.Equal(["another text"], test.Answers("refund").Keys);
    }

    [Theory, EachKind]
    public void A_text_can_be_erased_before_its_first_answer_comes(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        Assert.False(test.Store.Erasure.Text("my name is Ada"));
        Assert.Equal(1, test.Record(test.Event("1", "my name is Ada", "refund", 1)).Erased);
        Assert.Empty(test.Store.Examples.Labels());
    }

    [Theory, EachKind]
    public void Texts_older_than_the_retention_go_and_may_come_again(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "an old text", "refund", 1));
        test.Clock.Advance(TimeSpan.FromDays(10));
        test.Record(test.Event("2", "a new text", "refund", 1));
        Assert.Equal(1, test.Store.Erasure.Before(test.Clock.GetUtcNow() - TimeSpan.FromDays(5)));
        Assert.Equal(["a new text"], test.Answers("refund").Keys);
        Assert.Equal(1, test.Record(test.Event("3", "an old text", "refund", 1)).Recorded);
        Assert.Equal(2, test.Label("refund").Positives);
    }
}
