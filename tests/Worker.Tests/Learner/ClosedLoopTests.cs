using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Kafka.Configuration;
using Worker.Learner;
using Worker.Store;

namespace Worker.Tests.Learner;

/// <summary>Answers go in, a head comes out, and a running worker uses it: nobody restarts anything.</summary>
public class ClosedLoopTests(TinyModel model)
{
    [Fact]
    public async Task An_answer_ends_as_a_head_in_use()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("other")]);
        using var folder = Repository.Temporary();
        using var stop = new CancellationTokenSource();
        var learning = Learner(worker.Options.Kafka, folder).Run(stop.Token);
        // 1. A message that people answer by its place alone, as the review page does.
        worker.Send(Answers.Text(0));
        // Its result, not its review item, which may come before: what is read below is of later messages then.
        var first = RunningWorker.Json(Results(worker.ReadUntil(all => Results(all).Any())).First())
            .GetProperty("source");
        var place = new SourcePosition(
            first.GetProperty("topic").GetString()!, first.GetProperty("partition").GetInt32(),
            first.GetProperty("offset").GetInt64());
        byte[][] values =
        [
            LabelEventJson.Write(Answers.Of(0) with { Text = null, Message = place }),
            .. Enumerable.Range(1, 79).Select(number => LabelEventJson.Write(Answers.Of(number))),
            // 2. Twice the same event, and what is none.
            LabelEventJson.Write(Answers.Of(1)),
            Encoding.UTF8.GetBytes("no event"),
        ];
        Answers.Send(worker.Options.Kafka.BootstrapServers, worker.Options.Kafka.Topics.Labels, values);
        // 3. The worker has the head.
        await Wait(() => worker.Classifier.Heads.Current.Find("refund") is not null, learning);
        worker.Send(Answers.Text(100), Answers.Text(101));
        var read = worker.ReadUntil(all => Results(all).Count() >= 2);
        var letter = worker.ReadWhileAny().Concat(read).Single(record => record.Topic == "dead-letters");
        Assert.Equal("no event", Encoding.UTF8.GetString(letter.Message.Value!));
        foreach (var result in Results(read))
        {
            var label = RunningWorker.Json(result).GetProperty("labels").GetProperty("refund");
            Assert.Equal(1, label.GetProperty("version").GetInt32());
        }
        await stop.CancelAsync();
        await learning;
        using var store = LearningStore.Open(new StoreOptions { Path = folder.File("store.db") }, TimeProvider.System);
        var state = Assert.Single(store.Examples.Labels());
        Assert.Equal((40L, 40L, 0L), (state.Positives, state.Negatives, state.Pending));
        Assert.Equal(80, store.Export.Read().Count());

        IEnumerable<Confluent.Kafka.ConsumeResult<byte[]?, byte[]?>> Results(
            IEnumerable<Confluent.Kafka.ConsumeResult<byte[]?, byte[]?>> all) =>
            all.Where(record => record.Topic == worker.Options.Kafka.Topics.Results);
    }

    [Fact]
    public async Task A_challenger_that_is_kept_runs_in_shadow_beside_the_head_in_use()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("refund", version: 3, bias: -4)]);
        using var folder = Repository.Temporary();
        using var stop = new CancellationTokenSource();
        // More answers than there are: nothing may be promoted.
        var learning = Learner(worker.Options.Kafka, folder, promotionAnswers: 1000).Run(stop.Token);
        Answers.Send(worker.Options.Kafka.BootstrapServers, worker.Options.Kafka.Topics.Labels,
            [.. Enumerable.Range(0, 80).Select(number => LabelEventJson.Write(Answers.Of(number)))]);
        await Wait(() => worker.Classifier.Heads.Current.Challengers.Length == 1, learning);
        Assert.Equal(4, worker.Classifier.Heads.Current.Challengers[0].Head.Version);
        Assert.Equal(3, worker.Classifier.Heads.Current.Find("refund")!.Version);
        await stop.CancelAsync();
        await learning;
    }

    private LearnerLife Learner(
        KafkaOptions kafka, TemporaryFolder folder, int promotionAnswers = 10) => new(new LearnerParts(
        new LearnerOptions(
            kafka, new StoreOptions { Path = folder.File("store.db") },
            new LearnSection { Answers = 80, Feature = "mean", PromotionAnswers = promotionAnswers },
            model.Section,
            new InputOptions(), "test"),
        NullLoggerFactory.Instance, TimeProvider.System));

    private static async Task Wait(Func<bool> condition, Task learning)
    {
        var deadline = Environment.TickCount64 + 90_000;
        while (!condition())
        {
            if (learning.IsFaulted)
                await learning;
            Assert.True(Environment.TickCount64 < deadline, "no head within 90 s");
            await Task.Delay(50);
        }
    }
}
