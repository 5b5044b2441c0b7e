using System.Text;
using Worker.Core.Heads;
using Worker.Learner;
using Worker.Simulating;
using Worker.Store.Sending;
using Worker.Tests.Learner;

namespace Worker.Tests.Simulating;

/// <summary>The simulation's answers and heads go the way that a learner's go: over topics.</summary>
public class SimulatedTopicsTests(TinyModel model)
{
    [Fact]
    public void Answers_are_in_the_store_in_the_order_in_which_they_were_given()
    {
        using var topics = new SimulatedTopics(new LearnSection());
        topics.Answer(Enumerable.Range(0, 300).Select(number => Answers.Of(number)), CancellationToken.None);
        var label = Assert.Single(topics.Store.Examples.Labels());
        Assert.Equal((150L, 150L), (label.Positives, label.Negatives));
        var newestFirst = topics.Store.Examples.Examples([label.Id]).Select(example => example.Text).ToArray();
        var texts = topics.Store.Examples.Texts(newestFirst);
        Assert.Equal(
            Enumerable.Range(0, 300).Select(Answers.Text), newestFirst.Reverse().Select(id => texts[id]));
        // They came from the topic: its offsets are recorded with them.
        Assert.Equal(300, topics.Store.Examples.NextOffsets().Values.Sum());
    }

    [Fact]
    public void More_answers_than_the_broker_keeps_arrive_all()
    {
        using var topics = new SimulatedTopics(new LearnSection());
        var padding = new string('x', 20_000);
        topics.Answer(
            Enumerable.Range(0, 600).Select(number => Answers.Of(number) with { Text = $"{number} {padding}" }),
            CancellationToken.None);
        Assert.Equal(600, topics.Store.Examples.Labels().Sum(label => label.Positives + label.Negatives));
    }

    [Fact]
    public void A_head_that_is_decided_is_in_use_after_it_was_published()
    {
        using var topics = new SimulatedTopics(new LearnSection());
        topics.Answer([Answers.Of(0)], CancellationToken.None);
        topics.Store.Heads.Record(
            [],
            [
                new OutboxRecord(
                    topics.HeadsTopic, Encoding.UTF8.GetBytes("refund"),
                    HeadJson.Serialize(model.Head("refund", version: 7))),
            ],
            [], []);
        Assert.Null(topics.Champions.Find("refund"));
        topics.Publish(CancellationToken.None);
        Assert.Equal(7, topics.Champions.Find("refund")!.Head.Version);
    }
}
