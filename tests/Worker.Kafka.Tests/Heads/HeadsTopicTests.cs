using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Embedded;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;

namespace Worker.Kafka.Tests.Heads;

/// <summary>The compacted topic of heads: all of it first, then new records.</summary>
public sealed class HeadsTopicTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_whole_topic_is_read_and_then_watched(bool embedded)
    {
        using var inProcess = embedded ? EmbeddedBroker.Start() : null;
        var stage = inProcess is null ? await Stage.On(broker.BootstrapServers) : Stage.On(inProcess);
        using var writer = new HeadsTopicWriter(stage.Options(), NullLoggerFactory.Instance, TimeProvider.System);
        for (var i = 0; i < 50; i++)
            await writer.PublishAsync($"label {i % 5}", Stage.Text($"v{i}"), TestContext.Current.CancellationToken);

        using var watch = new Watch(stage);
        await Eventually.True(() => watch.CaughtUpAt >= 0, "caught up");
        Assert.InRange(watch.CaughtUpAt, 5, 50);
        Assert.Equal(["label 0=v45", "label 1=v46", "label 2=v47", "label 3=v48", "label 4=v49"], watch.Latest());

        var fastest = TimeSpan.MaxValue;
        for (var version = 50; version < 53; version++)
        {
            var latency = Stopwatch.StartNew();
            await writer.PublishAsync("label 0", Stage.Text($"v{version}"), TestContext.Current.CancellationToken);
            await Eventually.True(() => watch.Latest().Contains($"label 0=v{version}"), "the update");
            fastest = latency.Elapsed < fastest ? latency.Elapsed : fastest;
        }
        Assert.True(fastest < TimeSpan.FromSeconds(1), $"the fastest of three updates took {fastest}");
        await writer.PublishAsync("label 1", null, TestContext.Current.CancellationToken);
        await Eventually.True(() => watch.Latest().Contains("label 1=(gone)"), "the tombstone");
    }

    [Fact]
    public async Task An_empty_topic_is_caught_up_at_once()
    {
        var stage = await Stage.On(broker.BootstrapServers);
        using var watch = new Watch(stage);
        await Eventually.True(() => watch.CaughtUpAt >= 0, "caught up");
        Assert.Equal(0, watch.CaughtUpAt);
    }

    [Fact]
    public async Task A_topic_that_is_made_later_is_waited_for_and_said_once()
    {
        var stage = Stage.Bare(broker.BootstrapServers);
        using var log = new ListLogger();
        using var watch = new Watch(stage, log);
        await Eventually.True(
            () => log.Lines.Any(line => line.Contains("does not exist", StringComparison.Ordinal)), "said so");
        await Task.Delay(1_000, TestContext.Current.CancellationToken);
        await stage.Create();
        await Eventually.True(() => watch.CaughtUpAt >= 0, "caught up");
        var said = Assert.Single(log.Lines, line => line.Contains("tried again", StringComparison.Ordinal));
        Assert.Contains(stage.Options().Topics.Heads, said, StringComparison.Ordinal);
        Assert.Single(log.Lines, line => line.Contains("succeeded after", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Heads_that_are_published_together_are_reported_together(bool embedded)
    {
        using var inProcess = embedded ? EmbeddedBroker.Start() : null;
        var stage = inProcess is null ? await Stage.On(broker.BootstrapServers) : Stage.On(inProcess);
        using var watch = new Watch(stage);
        await Eventually.True(() => watch.CaughtUpAt >= 0, "caught up");
        using var writer = new HeadsTopicWriter(stage.Options(), NullLoggerFactory.Instance, TimeProvider.System);
        var head = new byte[8_000];
        await Task.WhenAll(
            Enumerable.Range(0, 500).Select(i =>
                writer.PublishAsync($"label {i}", head, TestContext.Current.CancellationToken)));
        await Eventually.True(() => watch.Batches.Sum() == 500, "all of them");
        // One, unless this machine stalls for longer than the silence that ends a batch.
        Assert.InRange(watch.Batches.Length, 1, 3);
    }

    [Fact]
    public async Task Records_without_a_signature_that_counts_are_left_out_and_said_once()
    {
        using var inProcess = EmbeddedBroker.Start();
        var stage = Stage.On(inProcess);
        const string Key = "a-key-which-readers-and-writers-share";
        var (own, foreign) = (stage.Options(), stage.Options());
        own.HeadsSigningKey = Key;
        using var writer = new HeadsTopicWriter(own, NullLoggerFactory.Instance, TimeProvider.System);
        using var outsider = new HeadsTopicWriter(foreign, NullLoggerFactory.Instance, TimeProvider.System);
        await writer.PublishAsync("ours", Stage.Text("a head"), TestContext.Current.CancellationToken);
        await outsider.PublishAsync("ours", null, TestContext.Current.CancellationToken);
        await outsider.PublishAsync(new string('x', 200), Stage.Text("b"), TestContext.Current.CancellationToken);
        foreign.HeadsSigningKey = "a-key-which-nobody-gave-to-the-readers";
        using var stranger = new HeadsTopicWriter(foreign, NullLoggerFactory.Instance, TimeProvider.System);
        await stranger.PublishAsync("theirs", Stage.Text("c"), TestContext.Current.CancellationToken);

        using var log = new ListLogger();
        using var watch = new Watch(stage, log, Key);
        await Eventually.True(() => watch.CaughtUpAt >= 0, "caught up");
        await writer.PublishAsync("later", null, TestContext.Current.CancellationToken);
        await Eventually.True(() => watch.Latest().Length == 2, "the signed retirement");
        Assert.Equal(["later=(gone)", "ours=a head"], watch.Latest());
        Assert.Equal(3, watch.Refused);
        var said = log.Lines.Where(line => line.Contains("refused", StringComparison.Ordinal)).ToList();
        Assert.Contains("label 'ours', retired (", string.Join('\n', said), StringComparison.Ordinal);
        Assert.Contains($"label '{new string('x', 100)}' (", string.Join('\n', said), StringComparison.Ordinal);
        Assert.Single(said, line => line.Contains("label 'theirs' (", StringComparison.Ordinal)
            && line.Contains("made with no key of Kafka:HeadsSigningKey", StringComparison.Ordinal));
        Assert.DoesNotContain(Key, string.Join('\n', log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_client_says_is_told_without_secrets()
    {
        using var inProcess = EmbeddedBroker.Start();
        var stage = Stage.On(inProcess);
        var options = stage.Options();
        // The client ignores it without SASL; a broker message that contains it represents any leak.
        options.Client["sasl.password"] = "Broker: Topic";
        using var reader = new HeadsTopicReader(options, NullLoggerFactory.Instance, TimeProvider.System);
        inProcess.Fail(1, [.. Enumerable.Repeat(Confluent.Kafka.ErrorCode.TopicAuthorizationFailed, 20)]);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var failure = await Assert.ThrowsAsync<Kafka.Clients.KafkaFailureException>(() => Task.Factory.StartNew(
            () => reader.Run(
                _ => { }, () =>
                    { }, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        Assert.Contains("***", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Broker: Topic", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A reader on its own thread, and what it has reported.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly ConcurrentQueue<SourceRecord> records = [];
        private readonly ConcurrentQueue<int> batches = [];
        private readonly HeadsTopicReader reader;
        private readonly Task run;
        private int caughtUpAt = -1;
        private int refused;

        public Watch(Stage stage, ListLogger? log = null, string? key = null)
        {
            var options = stage.Options();
            options.HeadsSigningKey = key;
            reader = new HeadsTopicReader(
                options, log
                ?? (Microsoft.Extensions.Logging.ILoggerFactory)NullLoggerFactory.Instance, TimeProvider.System)
            {
                OnRefused = count => Interlocked.Add(ref refused, count),
            };
            run = Task.Factory.StartNew(
                () => reader.Run(Take, () => caughtUpAt = records.Count, stop.Token),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        /// <summary>How many records had been reported when the end was reached; -1 before.</summary>
        public int CaughtUpAt => Volatile.Read(ref caughtUpAt);

        /// <summary>How many records were left out.</summary>
        public int Refused => Volatile.Read(ref refused);

        /// <summary>How many records were reported each time.</summary>
        public int[] Batches => [.. batches];

        public string[] Latest() =>
            [.. records.GroupBy(record => Stage.Text(record.Key!)).OrderBy(label => label.Key)
                .Select(label => $"{label.Key}={(label.Last().Value is { } value ? Stage.Text(value) : "(gone)")}")];

        private void Take(IReadOnlyList<SourceRecord> together)
        {
            foreach (var record in together)
                records.Enqueue(record);
            batches.Enqueue(together.Count);
        }

        public void Dispose()
        {
            stop.Cancel();
            run.Wait();
            reader.Dispose();
            stop.Dispose();
        }
    }
}
