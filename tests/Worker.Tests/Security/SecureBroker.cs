using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Worker.Tests.Security;

/// <summary>
/// A real Kafka of one node that checks users and their rights (StandardAuthorizer). Listeners: one in plain text whose
/// users may do everything; SASL over TLS (SCRAM, PLAIN, OAUTHBEARER with unsecured tokens); mutual TLS; TLS with an
/// expired certificate; TLS with another host's. Skips if there is no Kafka to run.
/// </summary>
public sealed class SecureBroker : IDisposable
{
    /// <summary>May do everything.</summary>
    public const string FullUser = "full";

    /// <summary>May do what a test grants.</summary>
    public const string LeastUser = "least";

    public const string Password = "planted-Secret-4711";

    private readonly Lock gate = new();
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly TestAuthority authority = new("test-authority");
    private int port;
    private Process? process;

    /// <summary>PLAINTEXT; every user may do everything.</summary>
    public string Open => At(0);

    /// <summary>SASL_SSL.</summary>
    public string Sasl => At(2);

    /// <summary>
    /// SSL; asks clients for a certificate of the same authority. The user is the subject, CN=full or CN=least.
    /// </summary>
    public string MutualTls => At(3);

    /// <summary>SSL; its certificate expired yesterday.</summary>
    public string Expired => At(4);

    /// <summary>SSL; its certificate is for other.example.</summary>
    public string OtherName => At(5);

    /// <summary>For files of a test.</summary>
    internal TemporaryFolder Folder => folder;

    /// <summary>The authority's certificate, PEM.</summary>
    public string CaFile => folder.File("ca.pem");

    /// <summary>A certificate and key for a client: two PEM files.</summary>
    public (string Certificate, string Key) Client(string name, string? password = null, bool expired = false)
    {
        var (certificate, key) = authority.Sign(name, expired, password);
        var file = folder.File(Guid.NewGuid().ToString("N"));
        File.WriteAllText(file + ".crt", certificate);
        File.WriteAllText(file + ".key", key);
        return (file + ".crt", file + ".key");
    }

    /// <summary>Grants a right to the user <see cref="LeastUser"/>.</summary>
    public Task Grant(params IEnumerable<Right> rights) =>
        WithAdmin(admin => admin.CreateAclsAsync(rights.Select(Binding)));

    public Task Withdraw(params IEnumerable<Right> rights) =>
        WithAdmin(admin => admin.DeleteAclsAsync(rights.Select(right => Binding(right).ToFilter())));

    /// <summary>From now on this is the user's password for SCRAM-SHA-512; existing connections stay.</summary>
    public Task ChangePassword(string user, string password) => WithAdmin(admin => admin.AlterUserScramCredentialsAsync(
        [
        new UserScramCredentialUpsertion
        {
            User = user,
            ScramCredentialInfo = new ScramCredentialInfo
            {
                Mechanism = ScramMechanism.ScramSha512,
                Iterations = 4_096,
            },
            Password = Encoding.UTF8.GetBytes(password),
        },
    ]));

    /// <summary>SIGKILL and a new start with the same data; every client connects again.</summary>
    public void Bounce()
    {
        lock (gate)
        {
            Kill();
            Launch();
        }
    }

    public void Dispose()
    {
        Kill();
        authority.Dispose();
        folder.Dispose();
    }

    private void Kill()
    {
        process?.Kill(entireProcessTree: true);
        process?.WaitForExit();
        process?.Dispose();
    }

    private static AclBinding Binding(Right right) => new()
    {
        Pattern = new ResourcePattern
        {
            Type = right.Resource,
            Name = right.Name,
            ResourcePatternType = right.Prefix ? ResourcePatternType.Prefixed : ResourcePatternType.Literal,
        },
        Entry = new AccessControlEntry
        {
            Principal = $"User:{LeastUser}",
            Host = "*",
            Operation = right.Operation,
            PermissionType = AclPermissionType.Allow,
        },
    };

    private async Task WithAdmin(Func<IAdminClient, Task> action)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Open }).Build();
        await action(admin);
    }

    private string At(int offset)
    {
        lock (gate)
        {
            if (process is null)
                Start();
            return string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port + offset}");
        }
    }

    private void Start()
    {
        Assert.SkipUnless(
            KafkaBroker.Home is not null, "needs a Kafka: KAFKA_HOME, or ../shared/kafka beside this checkout");
        port = KafkaBroker.FreePorts(6);
        File.WriteAllText(CaFile, authority.Pem);
        Store("localhost", authority.Sign("localhost"));
        Store("expired", authority.Sign("localhost", expired: true));
        Store("other", authority.Sign("other.example"));
        File.WriteAllText(folder.File("server.properties"), Properties());
        using (var format = KafkaBroker.Java(folder,
            ["kafka.tools.StorageTool", "format", "-t", KafkaBroker.NewClusterId(), "-c",
                folder.File("server.properties"),
            .. new[]
            {
                FullUser, LeastUser,
            }.SelectMany(user =>
                new[] { "256", "512" }.SelectMany(bits =>
                    new[] { "--add-scram", $"SCRAM-SHA-{bits}=[name={user},password={Password}]" }))]))
        {
            format.WaitForExit();
            Assert.True(
                format.ExitCode == 0, $"kafka.tools.StorageTool failed: {File.ReadAllText(folder.File("kafka.log"))}");
        }
        Launch();
    }

    private void Launch()
    {
        process = KafkaBroker.Java(folder, "kafka.Kafka", folder.File("server.properties"));
        var patience = Stopwatch.StartNew();
        while (!KafkaBroker.Listens(port))
        {
            Assert.False(process.HasExited, $"Kafka ended at once: {File.ReadAllText(folder.File("kafka.log"))}");
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "Kafka does not listen after 60 s");
            process.WaitForExit(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Key and certificate in one PEM file, as Java's PEM key store wants them.</summary>
    private void Store(string name, (string Certificate, string Key) pair) =>
        File.WriteAllText(folder.File($"{name}.store.pem"), $"{pair.Key}\n{pair.Certificate}\n");

    private string Properties() => $"""
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:{port + 1}
        listeners=OPEN://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1},SECURE://127.0.0.1:{port + 2},MUTUAL://127.0.0.1:{port + 3},EXPIRED://127.0.0.1:{port + 4},OTHER://127.0.0.1:{port + 5}
        advertised.listeners=OPEN://127.0.0.1:{port},SECURE://127.0.0.1:{port + 2},MUTUAL://127.0.0.1:{port + 3},EXPIRED://127.0.0.1:{port + 4},OTHER://127.0.0.1:{port + 5}
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=OPEN
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,OPEN:PLAINTEXT,SECURE:SASL_SSL,MUTUAL:SSL,EXPIRED:SSL,OTHER:SSL
        sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512,PLAIN,OAUTHBEARER
        listener.name.secure.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
        listener.name.secure.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
        listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{FullUser}="{Password}" user_{LeastUser}="{Password}";
        listener.name.secure.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;
        listener.name.secure.oauthbearer.sasl.server.callback.handler.class=org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler
        ssl.keystore.type=PEM
        ssl.keystore.location={folder.File("localhost.store.pem")}
        ssl.truststore.type=PEM
        ssl.truststore.location={CaFile}
        listener.name.mutual.ssl.client.auth=required
        listener.name.expired.ssl.keystore.type=PEM
        listener.name.expired.ssl.keystore.location={folder.File("expired.store.pem")}
        listener.name.other.ssl.keystore.type=PEM
        listener.name.other.ssl.keystore.location={folder.File("other.store.pem")}
        authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
        super.users=User:ANONYMOUS;User:{FullUser};User:CN={FullUser}
        log.dirs={folder.File("data")}
        num.partitions=2
        auto.create.topics.enable=false
        offsets.topic.num.partitions=2
        offsets.topic.replication.factor=1
        transaction.state.log.num.partitions=2
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        group.initial.rebalance.delay.ms=0
        group.min.session.timeout.ms=1000
        transaction.abort.timed.out.transaction.cleanup.interval.ms=500
        """;
}

/// <summary>One ACL entry.</summary>
public sealed record Right(ResourceType Resource, string Name, AclOperation Operation, bool Prefix = false);
