using Confluent.Kafka;
using Worker.Kafka.Configuration;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>What goes in comes out, on a real broker and in both modes, compared as sets.</summary>
public sealed class EchoTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task Everything_comes_out_once_and_each_key_in_order(DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        stage.Feed(0, 3_000);
        using var worker = new EchoWorker(stage.Options(mode));
        await Eventually.True(() => worker.Published == 3_000, "3,000 published");
        await worker.StopAsync();

        var results = stage.Results(3_000);
        Stage.AssertEachOnce(3_000, results);
        foreach (var key in results.GroupBy(result => Stage.Text(result.Message.Key)))
        {
            Assert.Single(key.Select(result => result.Partition.Value).Distinct());
            Assert.Equal(Stage.Numbers(key).Order(), Stage.Numbers(key.OrderBy(result => result.Offset.Value)));
        }
    }

    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task A_restarted_worker_goes_on_where_the_last_one_committed(DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers);
        for (var life = 0; life < 3; life++)
        {
            stage.Feed(life * 400, 400);
            using var worker = new EchoWorker(stage.Options(mode));
            await Eventually.True(() => worker.Published == 400, $"400 published in life {life}");
            await worker.StopAsync();
        }
        Stage.AssertEachOnce(1_200, stage.Results(1_200));
    }

    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task Keys_values_and_headers_arrive_byte_for_byte(DeliveryMode mode)
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 1);
        byte[] anyBytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        var random = new Random(5);
        var big = new byte[900_000];
        random.NextBytes(big);
        Message<byte[], byte[]>[] messages =
        [
            new() { Key = anyBytes, Value = anyBytes, Headers = [new Header("traceparent", Stage.Text("00-abc")),
                new Header("é", anyBytes)] },
            new() { Key = [], Value = [] },
            new() { Key = null!, Value = null! },
            new() { Key = Stage.Text("tombstone"), Value = null!, Headers = [new Header("same", [1]),
                new Header("same", null), new Header("same", [])] },
            new() { Key = null!, Value = big, Timestamp = new Timestamp(1_234_567_890_123, TimestampType.CreateTime) },
        ];
        using (var producer = stage.RawProducer())
        {
            foreach (var message in messages)
                producer.Produce(stage.Options().Topics.Messages, message);
            producer.Flush(TestContext.Current.CancellationToken);
        }

        using var worker = new EchoWorker(stage.Options(mode));
        await Eventually.True(() => worker.Published == messages.Length, "all published");
        await worker.StopAsync();

        var results = stage.Results(messages.Length, partitions: 1);
        Assert.Equal(messages.Length, results.Count);
        for (var i = 0; i < messages.Length; i++)
        {
            Assert.Equal(messages[i].Key, results[i].Message.Key);
            Assert.Equal(messages[i].Value, results[i].Message.Value);
            Assert.Equal(Plain(messages[i].Headers), Plain(results[i].Message.Headers));
        }
        Assert.Equal(1_234_567_890_123, results[^1].Message.Timestamp.UnixTimestampMs);
    }

    [Fact]
    public async Task Results_lie_where_a_Java_client_would_put_their_keys()
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 3);
        stage.Feed(0, 300, keys: 300);
        using var worker = new EchoWorker(stage.Options());
        await Eventually.True(() => worker.Published == 300, "300 published");
        await worker.StopAsync();

        foreach (var result in stage.Results(300))
            Assert.Equal((int)((Murmur2.Hash(result.Message.Key) & 0x7fffffff) % 3), result.Partition.Value);
    }

    [Theory]
    [InlineData(DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.ExactlyOnce)]
    public async Task A_worker_started_before_its_broker_waits_for_it(DeliveryMode mode)
    {
        using var late = new KafkaBroker();
        var stage = Stage.Bare(late.Prepare());
        using var worker = new EchoWorker(stage.Options(mode));
        await Task.Delay(1_500, TestContext.Current.CancellationToken);
        late.Start();
        await stage.Create();
        stage.Feed(0, 100);
        await Eventually.True(() => worker.Published == 100, "100 published", seconds: 30);
        await worker.StopAsync();

        Stage.AssertEachOnce(100, stage.Results(100));
    }

    private static IEnumerable<(string, string?)> Plain(Headers? headers) =>
        (headers ?? []).Select(header =>
            (header.Key, header.GetValueBytes() is { } value ? Convert.ToHexString(value) : null));
}
