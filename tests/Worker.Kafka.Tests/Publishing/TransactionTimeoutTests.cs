using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>
/// A transaction that the broker aborted because it took too long is not mistaken for a second worker, and vice versa.
/// </summary>
public sealed class TransactionTimeoutTests(KafkaBroker broker)
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(3.5);

    [Fact]
    public async Task A_worker_whose_transaction_timed_out_reads_the_window_again_with_a_fresh_producer()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = Short(stage);
        stage.Feed(0, 300);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        publisher.Start(default);
        var published = PublishNext(options, reader, publisher);

        var failure = TimeOut(options, reader, publisher);
        Assert.Equal((KafkaFailure.TransactionTimedOut, FailureAction.Rewind), (failure.Failure, failure.Action));
        Assert.Contains("Kafka:TransactionTimeoutMs", failure.Message, StringComparison.Ordinal);

        while (published < 300)
            published += PublishNext(options, reader, publisher);
        Stage.AssertEachOnce(300, stage.Results(300));
    }

    [Fact]
    public async Task Of_two_workers_with_one_identity_one_goes_on_even_when_its_transaction_was_too_slow()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = Short(stage);
        stage.Feed(0, 300);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        publisher.Start(default);
        var published = PublishNext(options, reader, publisher);

        // The other takes the identity over while this one's transaction is open for too long: this one cannot know
        // which of the two ended it, and takes the identity back.
        var window = reader.Read(default)!;
        var slow = new SlowRecords(Echo(options, window), TooLong);
        var publishing = Task.Run(() => publisher.Publish(window, slow, default));
        using var other = new EchoWorker(Short(stage));
        await other.Started;
        var failure = await Assert.ThrowsAsync<KafkaFailureException>(() => publishing);
        Assert.Equal(FailureAction.Rewind, failure.Action);

        // The other's transactions are young, so it knows that it was fenced, and ends. Nobody fights forever.
        var next = 300;
        while (!other.Ended.IsCompleted)
        {
            stage.Feed(next, 10);
            next += 10;
            published += PublishNext(options, reader, publisher);
        }
        var fenced = await Assert.ThrowsAsync<KafkaFailureException>(() => other.Ended);
        Assert.Equal((KafkaFailure.Fenced, FailureAction.Stop), (fenced.Failure, fenced.Action));
        other.Group.Close();
        while (published + other.Published < next)
            published += PublishNext(options, reader, publisher);
        Stage.AssertEachOnce(next, stage.Results(next));
    }

    [Fact]
    public async Task Offsets_that_were_committed_without_our_seeing_it_are_not_done_again()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = Short(stage);
        stage.Feed(0, 250);
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        publisher.Start(default);
        var published = PublishNext(options, reader, publisher);

        // Committed at the broker, but the answer got lost: all that the ledger hears is a failure.
        var window = reader.Read(default)!;
        Assert.Equal(PublishOutcome.Committed, publisher.Publish(window, Echo(options, window), default));
        published += window.Records.Length;
        foreach (var range in window.Ranges)
            group.Ledger.Rewrite(range.Topic, range.Partition, range.First);
        group.Ledger.BeginRecovery();
        group.Ledger.EndRecovery();

        while (published < 250)
            published += PublishNext(options, reader, publisher);
        Assert.Equal(250, published);
        Stage.AssertEachOnce(250, stage.Results(250));
    }

    [Fact]
    public async Task A_time_limit_that_the_broker_refuses_is_said_with_the_setting()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        var options = stage.Options();
        // The broker's own limit is 900 s.
        options.TransactionTimeoutMs = 901_000;
        using var group = new GroupSession(options, NullLoggerFactory.Instance, TimeProvider.System);
        var reader = new WindowReader(group, Stage.Limits);
        using var publisher = WindowPublisher.Create(group);
        var failure = Assert.Throws<KafkaFailureException>(() => publisher.Start(default));
        Assert.Equal(KafkaFailure.Configuration, failure.Failure);
        Assert.Contains("transaction.max.timeout.ms", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_set_wildly_changes_nothing()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        stage.Feed(0, 500);
        using var log = new ListLogger();
        using var first = new EchoWorker(
            stage.Options(), _ => Task.Delay(10), log, maxMessages: 20, new JumpingClock());
        await Eventually.True(() => first.Published > 100, "it has begun");
        using var second = new EchoWorker(
            stage.Options(worker: "w2"), _ => Task.Delay(10), log, maxMessages: 20, new JumpingClock());
        await Eventually.True(() => first.Published + second.Published == 500, "500 published");

        // A second producer is still told from a time-out.
        using var thief = new EchoWorker(stage.Options(), clock: new JumpingClock());
        await thief.Started;
        stage.Feed(500, 300, keys: 100);
        var failure = await Assert.ThrowsAsync<KafkaFailureException>(() =>
            first.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(KafkaFailure.Fenced, failure.Failure);
        first.Group.Close();
        await Eventually.True(() => first.Published + second.Published + thief.Published == 800, "800 published");
        await thief.StopAsync();
        await second.StopAsync();
        Stage.AssertEachOnce(800, stage.Results(800));
    }

    private static KafkaOptions Short(Stage stage)
    {
        var options = stage.Options();
        options.TransactionTimeoutMs = 1_500;
        options.SessionTimeoutMs = 10_000;
        return options;
    }

    private static KafkaFailureException TimeOut(KafkaOptions options, WindowReader reader, WindowPublisher publisher)
    {
        var window = reader.Read(default)!;
        var failure = Assert.Throws<KafkaFailureException>(
            () => publisher.Publish(window, new SlowRecords(Echo(options, window), TooLong), default));
        Assert.True(window.IsStale);
        return failure;
    }

    /// <summary>Messages committed; 0 if the window was not.</summary>
    private static int PublishNext(KafkaOptions options, WindowReader reader, WindowPublisher publisher)
    {
        var window = reader.Read(TestContext.Current.CancellationToken)!;
        try
        {
            return publisher.Publish(window, Echo(options, window), default) == PublishOutcome.Committed
                ? window.Records.Length
                : 0;
        }
        catch (KafkaFailureException failure) when (failure.Action == FailureAction.Rewind)
        {
            return 0;
        }
    }

    private static OutgoingRecord[] Echo(KafkaOptions options, SourceWindow window) =>
        [.. window.Records.Select((record, index) => EchoWorker.Echo(options, record, index))];
}
