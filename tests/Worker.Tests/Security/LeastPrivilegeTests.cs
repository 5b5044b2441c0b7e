using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Learning.Saving;

namespace Worker.Tests.Security;

/// <summary>A user with exactly the rights of docs/security.md, and with one of them withdrawn.</summary>
public class LeastPrivilegeTests(TinyModel model, SecureBroker broker)
{
    private const int Messages = 200;

    [Fact]
    public async Task The_documented_rights_are_enough_and_each_of_them_is_needed()
    {
        var rights = Documented("run").Concat(Documented("heads publish")).Distinct().ToList();
        Assert.Equal(8, rights.Count);
        await Prepare();
        // A user who manages heads needs no right to the group, although the reading client asks about it.
        await broker.Grant(Documented("heads publish, every other"));
        var refused = PublishHeads(exitCode: 1);
        Assert.True(
            refused.Contains(
                "topic 'heads' may not be written: grant this user WRITE on it", StringComparison.Ordinal), refused);
        await broker.Grant(Documented("heads publish"));
        PublishHeads();
        await broker.Grant(rights);
        Produce();

        // 1. End to end, exactly-once.
        using (var worker = Start())
        {
            WaitFor(() => Results() >= Messages, worker);
            worker.Terminate();
            Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));
            Assert.Equal(Messages, Results());
            Assert.DoesNotContain("uthori", worker.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("planted", worker.Output + worker.Errors, StringComparison.Ordinal);
        }
        // 2. Without any one of them it stops and names it.
        Produce();
        foreach (var right in Documented("run"))
        {
            var withdrawn = right is { Resource: ResourceType.Topic, Name: "heads" }
                ? Documented("heads publish").ToArray() : (Right[])[right];
            await broker.Withdraw(withdrawn);
            using var worker = Start();
            Assert.True(1 == worker.WaitForExit(TimeSpan.FromSeconds(60)), $"{right}: {worker.Output}");
            Assert.True(worker.Output.Contains($"'{right.Name}", StringComparison.Ordinal)
                && worker.Output.Contains(right.Operation.ToString().ToUpperInvariant(), StringComparison.Ordinal),
                $"{right}: {worker.Output}");
            await broker.Grant(withdrawn);
        }
    }

    [Fact]
    public async Task The_documented_rights_to_create_topics_are_enough()
    {
        string[] names = ["created-1", "created-2"];
        var rights = names.SelectMany(
            name => new[]
            {
                new Right(ResourceType.Topic, name, AclOperation.Create),
                new Right(ResourceType.Topic, name, AclOperation.Describe),
            }).ToList();
        using var admin = new TopicAdmin(Options(), NullLoggerFactory.Instance, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<Kafka.Clients.KafkaFailureException>(() =>
            admin.CreateAsync([new TopicSpec(names[0], 1, 1)]));
        Assert.Contains("created-1", refused.Message, StringComparison.Ordinal);
        await broker.Grant(rights);
        Assert.Empty(await admin.CreateAsync([.. names.Select(name => new TopicSpec(name, 1, 1))]));
        await broker.Withdraw(rights);
    }

    /// <summary>The rows of the table whose first cell begins with the role.</summary>
    private static IEnumerable<Right> Documented(string role) =>
        from line in File.ReadLines(Path.Combine(Repository.Root, "docs", "security.md"))
        where line.StartsWith($"| {role}", StringComparison.Ordinal)
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        select new Right(Resource(cells[2]), cells[3].TrimEnd('*'),
            Enum.Parse<AclOperation>(cells[4], ignoreCase: true), cells[3].EndsWith('*'));

    /// <summary>The client library's enumeration lacks transactional ids; in librdkafka's they are 5.</summary>
    private static ResourceType Resource(string name) =>
        name == "TransactionalId" ? (ResourceType)5 : Enum.Parse<ResourceType>(name);

    private async Task Prepare()
    {
        using var admin = new TopicAdmin(
            new KafkaOptions { BootstrapServers = broker.Open }, NullLoggerFactory.Instance, TimeProvider.System);
        await admin.CreateAsync(
            [new("messages", 2, 1), new("results", 2, 1), new("review", 1, 1), new("dead-letters", 1, 1),
                new("heads", 1, 1, Compacted: true)]);
    }

    private string PublishHeads(int exitCode = 0)
    {
        var file = broker.Folder.File("heads.jsonl");
        HeadFile.Write(file, [model.Head("a"), model.Head("b")]);
        using var publish = WorkerProcess.Start(Environment(), "heads", "publish", file);
        Assert.True(exitCode == publish.WaitForExit(TimeSpan.FromSeconds(60)), publish.Output + publish.Errors);
        return publish.Errors;
    }

    private void Produce()
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = broker.Open })
            .Build();
        for (var i = 0; i < Messages; i++)
            producer.Produce("messages", new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes($"message {i}") });
        producer.Flush();
    }

    private int Results()
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
        var (count, ends) = (0, 0);
        while (ends < 2 && consumer.Consume(TimeSpan.FromSeconds(10)) is { } record)
            _ = record.IsPartitionEOF ? ends++ : count++;
        return count;
    }

    private KafkaOptions Options()
    {
        var options = new KafkaOptions { BootstrapServers = broker.Sasl };
        foreach (var (name, value) in Client())
            options.Client[name] = value;
        return options;
    }

    private Dictionary<string, string> Client() => new(StringComparer.Ordinal)
    {
        ["security.protocol"] = "sasl_ssl",
        ["ssl.ca.location"] = broker.CaFile,
        ["sasl.mechanism"] = "SCRAM-SHA-512",
        ["sasl.username"] = SecureBroker.LeastUser,
        ["sasl.password"] = SecureBroker.Password,
    };

    /// <summary>As a deployment has them: the password in a file, names without dots.</summary>
    private Dictionary<string, string> Environment()
    {
        var password = broker.Folder.File("password");
        File.WriteAllText(password, SecureBroker.Password + "\n");
        var variables = Client().Where(setting => setting.Key != "sasl.password")
            .ToDictionary(setting => $"Kafka__Client__{setting.Key.Replace('.', '_')}", setting => setting.Value,
                StringComparer.Ordinal);
        variables["Kafka__Client__sasl_password_FILE"] = password;
        variables["Kafka__BootstrapServers"] = broker.Sasl;
        return variables;
    }

    private WorkerProcess Start() =>
        WorkerProcess.Start(Environment(), "run", "--Kafka:TransactionalId=worker-0", "--Kafka:SessionTimeoutMs=3000",
        $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Encoder:Threads=1", "--Health:Port=0",
        "--Review:Audit=1");

    private static void WaitFor(Func<bool> condition, WorkerProcess worker)
    {
        var deadline = System.Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.False(worker.HasExited, worker.Output + worker.Errors);
            Assert.True(System.Environment.TickCount64 < deadline, $"not within 60 s: {worker.Output}");
        }
    }
}
