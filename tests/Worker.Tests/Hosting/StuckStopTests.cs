using System.Text;
using Confluent.Kafka;
using Worker.Kafka.Embedded;
using Worker.Kafka.Tests.Support;
using Worker.Learning.Saving;

namespace Worker.Tests.Hosting;

/// <summary>The executable, with a call into the client library that does not return.</summary>
public sealed class StuckStopTests(TinyModel model)
{
    [Fact]
    public async Task A_worker_that_cannot_stop_says_so_and_ends_as_failed()
    {
        using var broker = EmbeddedBroker.Start();
        var options = broker.Options("stuck");
        var topics = options.Topics;
        broker.CreateTopics(topics.Messages, topics.Results, topics.Review, topics.DeadLetters);
        using var folder = Repository.Temporary();
        HeadFile.Write(folder.File("heads.json"), [model.Head("a")]);
        var port = HealthServerTests.FreePort();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var worker = WorkerProcess.Start("run",
            $"--Kafka:BootstrapServers={broker.BootstrapServers}", "--Kafka:GroupId=stuck",
            "--Kafka:TransactionalId=stuck", "--Kafka:AskTopicLimits=false",
            "--Kafka:TransactionTimeoutMs=2000", "--Kafka:Producer:connections.max.idle.ms=0",
            "--Kafka:Consumer:fetch.wait.max.ms=10",
            $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Encoder:Threads=1", "--Heads:Source=File",
            $"--Heads:File={folder.File("heads.json")}",
            "--Shutdown:DrainSeconds=1", "--Shutdown:HostSeconds=3", $"--Health:Port={port}",
            "--Health:StuckSeconds=5");
        Send(broker, topics.Messages);
        AwaitResult(broker, topics.Results, worker);

        Assert.Equal("alive\n", await client.GetStringAsync("/ping", TestContext.Current.CancellationToken));
        broker.LoseCoordinator();
        Send(broker, topics.Messages);
        var deadline = Environment.TickCount64 + 30_000;
        while (!worker.Output.Contains(
            "SendOffsetsToTransaction has been inside the client library", StringComparison.Ordinal))
        {
            Assert.True(Environment.TickCount64 < deadline, $"not stuck: {worker.Output} {worker.Errors}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        // Its 2 s and 5 more.
        while (await client.GetAsync("/ping", TestContext.Current.CancellationToken) is { IsSuccessStatusCode: true })
        {
            Assert.True(Environment.TickCount64 < deadline, "/ping does not notice");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        worker.Terminate();
        Assert.Equal(1, worker.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Contains("GET /ping fails from now on: stage 'publish' has been inside the client library " +
            "(SendOffsetsToTransaction)",
            worker.Output, StringComparison.Ordinal);
        Assert.Contains("Not stopped within 3 s (Shutdown:HostSeconds)", worker.Output, StringComparison.Ordinal);
    }

    private static void Send(EmbeddedBroker broker, string topic)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        producer.Produce(topic, new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes("some words") });
        producer.Flush();
    }

    private static void AwaitResult(EmbeddedBroker broker, string topic, WorkerProcess worker)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(
            new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "reader" }).Build();
        consumer.Assign(
            Enumerable.Range(0, EmbeddedBroker.PartitionsPerTopic).Select(p =>
                new TopicPartitionOffset(topic, p, Offset.Beginning)));
        Assert.True(
            consumer.Consume(TimeSpan.FromSeconds(60)) is not null, $"no result: {worker.Output} {worker.Errors}");
        consumer.Close();
    }
}
