using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Learning.Saving;

namespace Worker.Tests.Security;

/// <summary>
/// The broker's side of a password changes under a worker that runs, and its connections break afterwards.
/// </summary>
public class PasswordChangeTests(TinyModel model)
{
    private const int Messages = 100;

    [Fact]
    public async Task A_worker_whose_password_no_longer_fits_says_so_waits_and_goes_on_once_it_fits()
    {
        using var broker = new SecureBroker();
        using (var admin = new TopicAdmin(
            new KafkaOptions { BootstrapServers = broker.Open }, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync(
                [new("messages", 2, 1), new("results", 2, 1), new("review", 1, 1), new("dead-letters", 1, 1),
                    new("heads", 1, 1, Compacted: true)]);
        Feed(broker, 0);
        var heads = broker.Folder.File("heads.jsonl");
        HeadFile.Write(heads, [model.Head("a")]);
        using var worker =
            WorkerProcess.Start(Client(broker), "run", "--Kafka:TransactionalId=worker-0", "--Heads:Source=file",
            $"--Heads:File={heads}", "--Kafka:TransactionTimeoutMs=3000",
            "--Kafka:TransactionGiveUpMs=3000", $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu",
            "--Encoder:Threads=1", "--Health:Port=0");
        WaitFor(() => Results(broker).Count >= Messages, worker);

        await broker.ChangePassword(SecureBroker.FullUser, "another-planted-password");
        broker.Bounce();
        Feed(broker, Messages);
        WaitFor(() => worker.Output.Contains("refuses this worker's credentials", StringComparison.Ordinal), worker);
        await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.False(worker.HasExited, worker.Output + worker.Errors);
        Assert.Equal(Messages, Results(broker).Count);

        await broker.ChangePassword(SecureBroker.FullUser, SecureBroker.Password);
        WaitFor(() => Results(broker).Count >= 2 * Messages, worker);
        worker.Terminate();
        Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal(Enumerable.Range(0, 2 * Messages), Results(broker).Order());
        Assert.DoesNotContain("planted", worker.Output + worker.Errors, StringComparison.Ordinal);
        // Not one line per try.
        Assert.InRange(
            worker.Output.Split('\n').Count(line => line.Contains("credentials", StringComparison.Ordinal)), 1, 20);
    }

    private static Dictionary<string, string> Client(SecureBroker broker) => new(StringComparer.Ordinal)
    {
        ["Kafka__BootstrapServers"] = broker.Sasl,
        ["Kafka__Client__security_protocol"] = "sasl_ssl",
        ["Kafka__Client__ssl_ca_location"] = broker.CaFile,
        ["Kafka__Client__sasl_mechanism"] = "SCRAM-SHA-512",
        ["Kafka__Client__sasl_username"] = SecureBroker.FullUser,
        ["Kafka__Client__sasl_password"] = SecureBroker.Password,
    };

    private static void Feed(SecureBroker broker, int first)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = broker.Open })
            .Build();
        for (var i = first; i < first + Messages; i++)
            producer.Produce(
                "messages", new Message<Null, byte[]>
                {
                    Value = "some words"u8.ToArray(),
                    Headers = [new Header("n", Encoding.UTF8.GetBytes($"{i}"))],
                });
        producer.Flush(TestContext.Current.CancellationToken);
    }

    /// <summary>The numbers of the messages that a read_committed reader sees results of.</summary>
    private static List<int> Results(SecureBroker broker)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = broker.Open,
                GroupId = "reader",
                IsolationLevel = IsolationLevel.ReadCommitted,
                EnablePartitionEof = true,
            }).Build();
        consumer.Assign(
            Enumerable.Range(0, 2).Select(partition =>
                new TopicPartitionOffset("results", partition, Offset.Beginning)));
        var numbers = new List<int>();
        for (var ends = 0; ends < 2 && consumer.Consume(TimeSpan.FromSeconds(10)) is { } record;)
            if (record.IsPartitionEOF)
                ends++;
            else
                numbers.Add(int.Parse(Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes("n"))));
        return numbers;
    }

    private static void WaitFor(Func<bool> condition, WorkerProcess worker) => Assert.True(
        SpinWait.SpinUntil(() => worker.HasExited || condition(), TimeSpan.FromSeconds(90))
            && !worker.HasExited, worker.Output + worker.Errors);
}
