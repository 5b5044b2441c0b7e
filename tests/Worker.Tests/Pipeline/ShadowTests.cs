using System.Text.Json;
using Confluent.Kafka;
using Worker.Core.Heads;

namespace Worker.Tests.Pipeline;

/// <summary>A challenger scores every message beside its label's head, and only asks.</summary>
public class ShadowTests(TinyModel model)
{
    [Fact]
    public async Task A_challenger_decides_nothing_and_people_are_asked_where_it_disagrees()
    {
        await using var worker = await RunningWorker.Start(
            model, [model.Head("calm", bias: -6), model.Head("refund", bias: -6), model.Head("spam", bias: 6)],
            options => (options.Review.Budget, options.Review.Audit) = (100_000, 0));
        worker.Send("the kettle never arrived");
        Assert.False(IsReviewed(RunningWorker.Json(worker.ReadUntil(all => all.Count > 0)[0])));

        Publish(worker, "refund", HeadJson.Serialize(model.Head("refund", version: 2, bias: 6)));
        Publish(worker, "spam", HeadJson.Serialize(model.Head("spam", version: 2, bias: 5)));
        await Until(() => worker.Classifier.Heads.Current.Challengers.Length == 2);
        worker.Send("my parcel is late again");
        var read = worker.ReadUntil(all => all.Count(record => record.Topic == "results") == 1
            && all.Any(record => record.Topic == "review"));
        var result = RunningWorker.Json(read.Single(record => record.Topic == "results"));
        Assert.Equal("asked", result.GetProperty("review").GetProperty("state").GetString());
        var reason = Assert.Single(result.GetProperty("review").GetProperty("reasons").EnumerateArray());
        Assert.Equal("disagreement", reason.GetProperty("reason").GetString());
        Assert.Equal("refund", reason.GetProperty("label").GetString());
        var label = result.GetProperty("labels").GetProperty("refund");
        Assert.Equal((1, "no"), (label.GetProperty("version").GetInt32(), label.GetProperty("decision").GetString()));
        Assert.Equal(3, result.GetProperty("labels").EnumerateObject().Count());

        // Promoted: it decides now, and nobody disagrees any more.
        await worker.Publish(model.Head("refund", version: 2, bias: 6));
        await Until(() => worker.Classifier.Heads.Current.Challengers.Length == 1);
        worker.Send("where is the invoice for this order");
        var after = RunningWorker.Json(worker.ReadUntil(all => all.Count > 0)[0]);
        Assert.Equal("yes", after.GetProperty("labels").GetProperty("refund").GetProperty("decision").GetString());
        Assert.False(IsReviewed(after));
        Publish(worker, "spam", null);
        await Until(() => worker.Classifier.Heads.Current.Challengers.IsEmpty);
    }

    private static bool IsReviewed(JsonElement result) => result.TryGetProperty("review", out _);

    private static void Publish(RunningWorker worker, string label, byte[]? json)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(
            new ProducerConfig { BootstrapServers = worker.Options.Kafka.BootstrapServers }).Build();
        producer.Produce(
            worker.Options.Kafka.Topics.Heads,
            new Message<byte[], byte[]?> { Key = HeadKey.Of(label, HeadRole.Challenger), Value = json });
        producer.Flush();
    }

    private static async Task Until(Func<bool> condition)
    {
        var deadline = Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "not within 60 s");
            await Task.Delay(20);
        }
    }
}
