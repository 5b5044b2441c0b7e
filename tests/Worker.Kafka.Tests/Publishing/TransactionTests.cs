using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;
using Worker.Kafka.Topics;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>Exactly-once under faults, on a real broker: crash, fence, abort, expulsion from the group.</summary>
public sealed class TransactionTests(KafkaBroker broker)
{
    [Fact]
    public async Task A_crash_between_produce_and_commit_leaves_nothing_doubled()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        stage.Feed(0, 500);
        Crash(stage);
        // The crashed records are in the log, but not for a read_committed reader.
        Assert.Empty(stage.Results(0, seconds: 3));

        using var worker = new EchoWorker(stage.Options());
        await Eventually.True(() => worker.Published == 500, "500 published");
        await worker.StopAsync();
        Stage.AssertEachOnce(500, stage.Results(500));
    }

    [Fact]
    public async Task A_worker_whose_identity_is_taken_over_stops_with_a_clear_message()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        using var first = new EchoWorker(stage.Options());
        stage.Feed(0, 100);
        await Eventually.True(() => first.Published == 100, "100 published");

        using var second = new EchoWorker(stage.Options());
        await second.Started;
        stage.Feed(100, 100);
        var failure = await Assert.ThrowsAsync<KafkaFailureException>(() =>
            first.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(KafkaFailure.Fenced, failure.Failure);
        Assert.Equal(FailureAction.Stop, failure.Action);
        Assert.Contains(stage.Options().TransactionalId!, failure.Message, StringComparison.Ordinal);

        first.Group.Close();
        await Eventually.True(() => second.Published + first.Published == 200, "the rest published by the second");
        await second.StopAsync();
        Stage.AssertEachOnce(200, stage.Results(200));
    }

    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task A_record_that_the_broker_refuses_as_too_large_is_named_and_can_be_replaced(DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(mode);
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
                [new(options.Topics.Review)
                {
                    Settings = new Dictionary<string, string> { ["max.message.bytes"] = "2000" },
                }]);
        stage.Feed(0, 10, keys: 1);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        publisher.Start(default);
        var window = reader.Read(default)!;
        Assert.Equal(10, window.Records.Length);
        var records = window.Records.Select((record, i) => EchoWorker.Echo(options, record, i)).ToList();
        var noise = new byte[5_000];
        new Random(1).NextBytes(noise);
        records.Insert(0, new OutgoingRecord(options.Topics.Review, null, noise, Source: 0));

        var failure = Assert.Throws<KafkaFailureException>(() => publisher.Publish(window, records, default));
        Assert.Equal((KafkaFailure.RecordTooLarge, FailureAction.DeadLetter, 0),
            (failure.Failure, failure.Action, failure.RecordIndex));
        if (mode == DeliveryMode.ExactlyOnce)
            Assert.Empty(stage.Results(0, seconds: 3));

        Assert.False(window.IsStale);
        records[0] = new OutgoingRecord(options.Topics.DeadLetters, null, [1], Source: 0);
        Assert.Equal(PublishOutcome.Committed, publisher.Publish(window, records, default));
        Stage.AssertEachOnce(10, stage.Results(10));
        Assert.Single(stage.Results(1, partitions: 1, topic: options.Topics.DeadLetters));
    }

    [Fact]
    public async Task A_record_larger_than_the_options_allow_is_refused_before_anything_is_published()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options(DeliveryMode.AtLeastOnce);
        options.MessageMaxBytes = 2_000;
        stage.Feed(0, 1);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        var window = reader.Read(default)!;
        OutgoingRecord[] records = [EchoWorker.Echo(options, window.Records[0]),
            new(options.Topics.Results, null, new byte[2_000])];

        var failure = Assert.Throws<KafkaFailureException>(() => publisher.Publish(window, records, default));
        Assert.Equal((KafkaFailure.RecordTooLarge, 1), (failure.Failure, failure.RecordIndex));
        Assert.Equal(PublishOutcome.Committed, publisher.Publish(window, records[..1], default));
        Assert.Single(stage.Results(1));
    }

    [Fact]
    public async Task A_worker_expelled_after_its_offsets_were_sent_commits_and_the_next_owner_goes_on_behind_them()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = SoonExpelled(stage);
        stage.Feed(0, 50);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        publisher.Start(default);
        var read = 0;
        while (read < 50)
        {
            var window = reader.Read(TestContext.Current.CancellationToken)!;
            read += window.Records.Length;
            var echoes = window.Records.Select((record, i) => EchoWorker.Echo(options, record, i)).ToArray();
            // While the last window is being produced nobody polls for longer than the group allows.
            IReadOnlyList<OutgoingRecord> records = read < 50
                ? echoes
                : new SlowRecords(echoes, TimeSpan.FromSeconds(4));
            Assert.Equal(PublishOutcome.Committed, publisher.Publish(window, records, default));
        }
        using var next = new EchoWorker(stage.Options(worker: "w2"));
        stage.Feed(50, 10);
        await Eventually.True(() => next.Published == 10, "the next owner reads what came later, and only that");
        await next.StopAsync();
        Stage.AssertEachOnce(60, stage.Results(60));
    }

    [Fact]
    public async Task A_worker_expelled_in_the_middle_of_a_transaction_aborts_and_reads_again()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = SoonExpelled(stage);
        stage.Feed(0, 50);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        publisher.Start(default);
        var window = reader.Read(default)!;

        // Nobody polls for longer than the group allows while the window is being produced; with this many records they
        // go before the offsets.
        var slow = new SlowRecords(
            [.. Enumerable.Repeat(window.Records, 1 + 5_000 / window.Records.Length).SelectMany(records =>
                records).Select((record, i) => EchoWorker.Echo(options, record, i))], TimeSpan.FromSeconds(4));
        var failure = Assert.Throws<KafkaFailureException>(() => publisher.Publish(window, slow, default));
        Assert.Equal((KafkaFailure.TransactionAborted, FailureAction.Rewind), (failure.Failure, failure.Action));
        Assert.True(window.IsStale);
        Assert.Equal(PublishOutcome.Abandoned, publisher.Publish(window, slow, default));
        Assert.Empty(stage.Results(0, seconds: 3));

        var published = 0;
        while (published < 50)
        {
            var again = reader.Read(TestContext.Current.CancellationToken)!;
            if (publisher.Publish(again, [.. again.Records.Select((record, i) => EchoWorker.Echo(options, record, i))],
                default) == PublishOutcome.Committed)
                published += again.Records.Length;
        }
        Stage.AssertEachOnce(50, stage.Results(50));
    }

    /// <summary>The group expels members that do not poll for 2.5 s; a transaction may stay open for longer.</summary>
    private static KafkaOptions SoonExpelled(Stage stage)
    {
        var options = stage.Options();
        options.Consumer["max.poll.interval.ms"] = "2500";
        options.TransactionTimeoutMs = 60_000;
        return options;
    }

    /// <summary>A worker that dies with a window's records in Kafka and nothing committed.</summary>
    private static void Crash(Stage stage)
    {
        var options = stage.Options();
        options.TransactionTimeoutMs = 60_000;
        var clients = new KafkaClients(options, NullLoggerFactory.Instance, TimeProvider.System);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var producer = clients.Producer(ClientConfigs.TransactionalProducer(options), clients.Log("Producer"));
        var heartbeat = new Heartbeat("publish", TimeProvider.System);
        using var delivery = new WindowDelivery(producer, TimeSpan.FromSeconds(10), heartbeat);
        using var routes = new KeylessRoutes(options, NullLoggerFactory.Instance, TimeProvider.System);
        var transaction = new Transaction(producer, new FatalError(), lost: null, heartbeat, options,
            NullLogger.Instance, TimeProvider.System, clients);
        transaction.TakeOver(default);
        var window = reader.Read(default)!;
        transaction.Begin();
        delivery.Produce(
            [.. window.Records.Select((record, i) => EchoWorker.Echo(options, record, i))], routes, out _, default);
        delivery.AwaitAll(default);
        transaction.SendOffsets(window.Offsets(), group.Metadata()!, default);
    }
}
