using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Core.Health;
using Worker.Diagnosing;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Configuration;
using Worker.Kafka.Heads;
using Worker.Kafka.Inspection;
using Worker.Kafka.Topics;
using Worker.Learner;
using Worker.Store;
using Worker.Store.Database;
using Worker.Tests.Security;

namespace Worker.Tests.Diagnosing;

/// <summary>worker doctor, as a user runs it.</summary>
public class DoctorTests(TinyModel model, SecureBroker broker)
{
    [Fact]
    public async Task A_deployment_in_order_is_told_so_and_one_that_is_not_is_told_why()
    {
        var options = new KafkaOptions { BootstrapServers = broker.Open, Topics = Topics() };
        var topics = options.Topics;
        using var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System);
        await admin.CreateAsync(
            [new(topics.Messages, 2, 1), new(topics.Results, 2, 1), new(topics.Review, 1, 1),
                new(topics.DeadLetters, 1, 1), new(topics.Heads, 1, 1, Compacted: true)]);
        using (var heads = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System))
        {
            await heads.PublishAsync("a", HeadJson.Serialize(model.Head("a")), CancellationToken.None);
            // Not a head, and nothing to warn about.
            await heads.PublishAsync(
                AnomalyRollout.ManifestKey, "{}"u8.ToArray(), "a manifest", CancellationToken.None);
        }

        var (code, lines, _) = Doctor(SecureBroker.FullUser);
        Assert.True(code == 0, lines);
        Assert.All(lines.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        foreach (var text in new[]
        {
            "ok         settings", "ok         encoder", "ok         transport: sasl_ssl, SCRAM-SHA-512 as full",
            "ok         brokers: 1 in cluster", "ok         heads: 1 in topic doctor-heads",
            "of 900000 that the brokers", "warning    topic doctor-messages: 1 copy",
        })
            Assert.Contains(text, lines, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", lines, StringComparison.Ordinal);

        // With a key, what was published without one is refused.
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("key"), "a-key-which-came-after-the-published-heads");
        (code, lines, _) = Doctor(SecureBroker.FullUser, "--Kafka:HeadsSigningKey_FILE=" + folder.File("key"));
        Assert.True(code == 0, lines);
        Assert.Contains("warning    heads: the last record of 1 label in topic", lines, StringComparison.Ordinal);

        (code, var json, _) = Doctor(SecureBroker.LeastUser, "--json");
        Assert.Equal(1, code);
        var report = JsonDocument.Parse(json).RootElement;
        Assert.Equal(5, report.GetProperty("checks").EnumerateArray().Count(check =>
            check.GetProperty("verdict").GetString() == "failed"
                && check.GetProperty("text").GetString() == "this user may not see it"));
        // A learner needs other topics and rights, and a store.
        (code, lines, _) = Doctor(
            SecureBroker.FullUser, "--roles=learn", "--Store:Path=" + folder.File("new/store.db"));
        Assert.Equal(1, code);
        Assert.All(lines.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        foreach (var text in new[]
        {
            "ok         learning: its settings go together", "ok         store: the store",
            "failed     topic doctor-labels: does not exist",
            "group doctor-learn", "'doctor-outbox'", "warning    topic doctor-heads: 1 copy",
        })
            Assert.Contains(text, lines, StringComparison.Ordinal);
        Assert.DoesNotContain("topic doctor-results", lines, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("new")));
        // So does a review page.
        (code, lines, _) = Doctor(
            SecureBroker.FullUser, "--roles=review", "--Store:Path=" + folder.File("new/store.db"));
        Assert.Equal(1, code);
        Assert.All(lines.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        foreach (var text in new[]
        {
            "ok         page: for this machine alone", "ok         store: the store", "topic doctor-review: ",
            "topic doctor-labels: does not exist",
            "group doctor-review", "'doctor-outbox'", "topic doctor-heads: 1 copy",
        })
            Assert.Contains(text, lines, StringComparison.Ordinal);
        Assert.DoesNotContain("doctor-results", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("doctor-dead-letters", lines, StringComparison.Ordinal);
        (_, lines, _) = Doctor(SecureBroker.FullUser, "--roles=review", "--Web:Address=0.0.0.0");
        Assert.Contains("failed     page: Web:Address: 0.0.0.0", lines, StringComparison.Ordinal);
        (code, lines, _) = Doctor("nobody");
        Assert.Equal(1, code);
        Assert.Contains("failed     brokers: no connection to", lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_health_port_that_another_program_has_is_noticed()
    {
        using var taken = new TcpListener(IPAddress.Any, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Assert.Equal(FindingStatus.Failed, (await PortCheck.Of(port)).Status);
        taken.Stop();
        Assert.Equal(FindingStatus.Ok, (await PortCheck.Of(port)).Status);
        Assert.Equal(FindingStatus.Ok, (await PortCheck.Of(0)).Status);
    }

    [Fact]
    public async Task A_health_port_of_a_worker_that_runs_is_a_warning()
    {
        var port = Hosting.HealthServerTests.FreePort();
        await using var server = new Worker.Hosting.HealthServer(
            new Worker.Hosting.HealthSection
            {
                Port = port,
            }, [new WorkerHealth()], NullLogger<Worker.Hosting.HealthServer>.Instance);
        await server.StartAsync(CancellationToken.None);
        Assert.Equal(FindingStatus.Warning, (await PortCheck.Of(port)).Status);
    }

    [Fact]
    public void Wrong_settings_end_with_78()
    {
        var (code, lines, _) = WorkerProcess.Run("", "doctor", "--Kafka:GroupId=", "--Encoder:Device=tpu");
        Assert.Equal(78, code);
        Assert.StartsWith("failed     settings: ", lines, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delete", 3, "2", "9999999", true, FindingStatus.Failed, "heads would be forgotten")]
    [InlineData("compact", 3, "2", "9999999", false, FindingStatus.Warning, "only the last is kept")]
    [InlineData("delete", 3, "1", "9999999", false, FindingStatus.Warning, "only one broker")]
    [InlineData("delete", 3, "4", "9999999", false, FindingStatus.Failed, "nothing can be written")]
    [InlineData("delete", 1, "1", "9999999", false, FindingStatus.Warning, "1 copy")]
    [InlineData("delete", 3, "2", "1000", false, FindingStatus.Warning, "max.message.bytes is 1000")]
    [InlineData("delete", 3, "2", "9999999", false, FindingStatus.Ok, "WRITE granted")]
    internal void Each_setting_of_a_topic_is_judged(
        string policy, int replicas, string inSync, string largest, bool compacted, FindingStatus verdict, string text)
    {
        var topic = new TopicFacts(
            "t", 3, replicas, new HashSet<string>(StringComparer.Ordinal) { "WRITE" }, Hidden: false)
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["cleanup.policy"] = policy,
                ["min.insync.replicas"] = inSync,
                ["max.message.bytes"] = largest,
            },
        };
        var finding = Assert.Single(TopicChecks.Of(
            topic, new NeededTopic("t", ["WRITE"]) { IsCompacted = compacted }, new KafkaOptions()));
        Assert.Equal(verdict, finding.Status);
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_a_learner_that_contradict_each_other_are_named()
    {
        using var loaded = LoadedEncoder.Open(model.Section);
        Assert.Equal(FindingStatus.Ok, Assert.Single(LearnerChecks.Settings(
            new RunOptions { Learn = new LearnSection { Feature = "mean" } }, loaded, classifies: true)).Status);
        var options = new RunOptions
        {
            Learn = new LearnSection { Feature = "layer99", PromotionAnswers = 60, Examples = 100 },
            Store = new StoreOptions { Path = ":memory:" },
            Heads = new HeadsSection { Source = HeadsSource.File },
        };
        var findings = LearnerChecks.Settings(options, loaded, classifies: true).ToList();
        Assert.Equal(
            [FindingStatus.Failed, FindingStatus.Warning, FindingStatus.Warning, FindingStatus.Warning],
            findings.Select(finding => finding.Status));
        foreach (var (finding, text) in findings.Zip(
            ["no head can ever be promoted", "never uses what it learns", "refuse such heads", "gone after a restart"]))
            Assert.Contains(text, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learners_store_is_looked_at_and_not_changed()
    {
        using var folder = Repository.Temporary();
        var options = new StoreOptions { Path = folder.File("store.db") };
        Assert.Contains("not there yet", LearnerChecks.Store(options).Text, StringComparison.Ordinal);
        Assert.False(File.Exists(options.Path));
        LearningStore.Open(options, TimeProvider.System).Dispose();
        var there = LearnerChecks.Store(options);
        Assert.Equal(FindingStatus.Ok, there.Status);
        Assert.Contains("may be read and written", there.Text, StringComparison.Ordinal);
        Step("DELETE FROM schema_steps WHERE step > 1");
        var old = LearnerChecks.Store(options);
        Assert.Equal(FindingStatus.Warning, old.Status);
        Assert.Contains("has schema 1", old.Text, StringComparison.Ordinal);
        // It was not upgraded by being looked at.
        Assert.Equal(FindingStatus.Warning, LearnerChecks.Store(options).Status);
        Step("INSERT INTO schema_steps (step) VALUES (999)");
        Assert.Contains("newer version (schema 999", LearnerChecks.Store(options).Text, StringComparison.Ordinal);
        Assert.Equal(FindingStatus.Failed, LearnerChecks.Store(new StoreOptions
        {
            Postgres = "Host=127.0.0.1;Port=1;Database=worker;Username=worker;Timeout=2",
        }).Status);

        void Step(string sql)
        {
            using var database = new SqliteDatabase(options.Path);
            database.Transact(session => session.Execute(sql));
        }
    }

    [Fact]
    public void A_transaction_longer_than_the_brokers_allow_fails() =>
        Assert.Equal(
            FindingStatus.Failed, WireChecks.Transactions(
                new KafkaOptions { TransactionTimeoutMs = 20_000 }, "15000").Status);

    private static KafkaTopics Topics() => new()
    {
        Messages = "doctor-messages",
        Results = "doctor-results",
        Review = "doctor-review",
        DeadLetters = "doctor-dead",
        Heads = "doctor-heads",
        Labels = "doctor-labels",
    };

    private (int Code, string Output, string Errors) Doctor(string user, params string[] also)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Kafka__Client__security.protocol"] = "sasl_ssl",
            ["Kafka__Client__ssl.ca.location"] = broker.CaFile,
            ["Kafka__Client__sasl.mechanism"] = "SCRAM-SHA-512",
            ["Kafka__Client__sasl.username"] = user,
            ["Kafka__Client__sasl.password"] = SecureBroker.Password,
        };
        var topics = Topics();
        using var doctor =
            WorkerProcess.Start(environment,
            ["doctor", $"--Kafka:BootstrapServers={broker.Sasl}", "--Kafka:GroupId=doctor",
            $"--Kafka:Topics:Messages={topics.Messages}", $"--Kafka:Topics:Results={topics.Results}",
            $"--Kafka:Topics:Review={topics.Review}", $"--Kafka:Topics:Labels={topics.Labels}",
            $"--Kafka:Topics:DeadLetters={topics.DeadLetters}", $"--Kafka:Topics:Heads={topics.Heads}",
            $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu", "--Encoder:Threads=1", "--Health:Port=0",
            .. also]);
        return (doctor.WaitForExit(TimeSpan.FromSeconds(90)), doctor.Output, doctor.Errors);
    }
}
