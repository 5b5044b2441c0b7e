using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Learning.Saving;

namespace Worker.Tests.Commands;

/// <summary>worker heads as a person uses it, on a real broker.</summary>
public sealed class HeadsCommandTests(TinyModel model, KafkaBroker kafka) : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();
    private string? signingKey;
    private readonly string topic = "heads-" + Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task Heads_are_published_compared_listed_shown_rolled_back_and_retired()
    {
        await Create();
        var first = Write("first.jsonl", model.Head("refund"), model.Head("spam", bias: -1));
        var second = Write("second.jsonl", model.Head("spam", bias: -2), model.Head("praise"));

        // 1. All of a file, then nothing of it.
        Assert.Contains("spam: new, v1", Run(0, "publish", first), StringComparison.Ordinal);
        Assert.Contains(
            "0 of 2 heads published, 2 were there already", Run(0, "publish", first), StringComparison.Ordinal);

        // 2. What would change, and that it does.
        Assert.Contains("v1 → v1, would be published as v2", Run(0, "diff", second), StringComparison.Ordinal);
        var said = Run(0, "publish", second);
        Assert.Contains("spam: v1 → v2 (its file says v1, which the topic had)", said, StringComparison.Ordinal);
        Assert.Contains("not in the file and still in use: 1 (refund)", said, StringComparison.Ordinal);
        Assert.Contains("2 the same, 0 changed, 0 new, 1 gone", Run(0, "diff", second), StringComparison.Ordinal);
        Assert.Equal("praise 1,refund 1,spam 2", Listed());
        Assert.Contains("on the topic v1 (", Run(0, "show", "spam"), StringComparison.Ordinal);
        Assert.Equal(-2, HeadJson.Parse(Encoding.UTF8.GetBytes(Run(0, "show", "spam", "--json"))).Bias);

        // 3. Back and further.
        Assert.Contains("v2 → v3, which decides as v1", Run(0, "rollback", "spam"), StringComparison.Ordinal);
        Assert.Equal(-1, HeadJson.Parse(Encoding.UTF8.GetBytes(Run(0, "show", "spam", "--json"))).Bias);
        Assert.Contains("the earliest head", Run(1, "rollback", "spam"), StringComparison.Ordinal);
        Assert.Contains("--to x is not a version", Run(2, "rollback", "spam", "--to", "x"), StringComparison.Ordinal);
        Assert.Contains("v2 (", Run(1, "rollback", "spam", "--to", "v8"), StringComparison.Ordinal);

        // 4. Out of service, and mistakes.
        Assert.Contains("did you mean 'spam'?", Run(1, "retire", "spma"), StringComparison.Ordinal);
        Assert.Contains("'spam' v3 retired", Run(0, "retire", "spam"), StringComparison.Ordinal);
        Assert.Contains("was retired already", Run(1, "retire", "spam"), StringComparison.Ordinal);
        Assert.Contains("did you mean 'refund'?", Run(1, "show", "refunds"), StringComparison.Ordinal);
        Assert.Contains("no anomaly reference", Run(1, "retire-anomaly"), StringComparison.Ordinal);
        Assert.Contains("now v4, which decides as v3", Run(0, "rollback", "spam"), StringComparison.Ordinal);
        Assert.Equal("praise 1,refund 1,spam 4", Listed());
    }

    [Fact]
    public async Task Heads_of_another_encoder_need_force()
    {
        await Create();
        var other = Write("other.jsonl", model.Head("spam") with { Encoder = "91bc" });
        Run(0, "publish", Write("own.jsonl", model.Head("refund")));
        Assert.Contains("is for encoder 91bc", Run(1, "publish", other), StringComparison.Ordinal);
        Assert.Equal("refund 1", Listed());
        Run(0, "publish", other, "--force");
        Assert.Equal("refund 1,spam 1", Listed());
    }

    [Fact]
    public async Task Heads_are_signed_and_signed_again_when_the_key_changes()
    {
        await Create();
        var file = Write("signed.jsonl", model.Head("refund"), model.Head("spam"));
        Assert.Contains("there is no key to sign with", Run(78, "sign"), StringComparison.Ordinal);

        // 1. What was there before the key is refused, until somebody has looked at it.
        Run(0, "publish", file);
        signingKey = "the-first-key-of-the-people-who-publish";
        Assert.Contains("is not signed", Run(0, "list"), StringComparison.Ordinal);
        Assert.Contains("is not signed", Run(1, "show", "spam"), StringComparison.Ordinal);
        var said = Run(0, "sign");
        Assert.Contains("0 records signed with the first key, 0 records had", said, StringComparison.Ordinal);
        Assert.Contains("2 records left, which workers refuse (label 'refund'", said, StringComparison.Ordinal);
        Assert.Contains("2 records signed", Run(0, "sign", "--all"), StringComparison.Ordinal);
        Assert.Equal("refund 1,spam 1", Listed());
        Assert.Contains("2 were there already", Run(0, "publish", file), StringComparison.Ordinal);

        // 2. A new key comes first, and the old one is still accepted.
        signingKey = "the-second-key-of-the-people-who-publish the-first-key-of-the-people-who-publish";
        Assert.Equal("refund 1,spam 1", Listed());
        Assert.Contains(
            "spam: v1, the same, signed with the new key",
            Run(0, "publish", Write("one.jsonl", model.Head("spam"))), StringComparison.Ordinal);
        Assert.Contains("1 record signed with the first key, 1 record had", Run(0, "sign"), StringComparison.Ordinal);

        // 3. The old key goes: everything is there, and can be rolled back and retired.
        signingKey = "the-second-key-of-the-people-who-publish";
        Assert.Equal("refund 1,spam 1", Listed());
        Run(0, "publish", Write("next.jsonl", model.Head("spam", bias: 2)));
        Assert.Contains("v2 → v3, which decides as v1", Run(0, "rollback", "spam"), StringComparison.Ordinal);
        Run(0, "retire", "refund");
        Assert.Equal("spam 3", Listed());
    }

    [Fact]
    public void A_topic_or_file_that_is_not_there_is_said_at_once()
    {
        Assert.Contains($"topic '{topic}' does not exist", Run(1, "list"), StringComparison.Ordinal);
        var refused = Run(1, "publish", Write("a.jsonl", model.Head("a")));
        Assert.Contains("'worker topics create'", refused, StringComparison.Ordinal);
        Assert.Contains("is not there", Run(1, "publish", folder.File("none.jsonl")), StringComparison.Ordinal);
        Assert.Contains("is a folder", Run(1, "diff", Path.GetTempPath()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_hundred_heads_are_taken_up_as_one_swap()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("first")]);
        await worker.Classifier.Heads.FirstHead.WaitAsync(
            TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        var file = Write("many.jsonl", [.. Enumerable.Range(0, 500).Select(i => model.Head($"label {i:000}"))]);
        var sets = new HashSet<HeadSet>(ReferenceEqualityComparer.Instance);
        using var watching = new CancellationTokenSource();
        var watch = Task.Factory.StartNew(() =>
        {
            while (!watching.IsCancellationRequested)
                sets.Add(worker.Classifier.Heads.Current);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var (code, output, errors) = WorkerProcess.Run(
            "", "heads", "publish", file, "--bootstrap", worker.Options.Kafka.BootstrapServers);
        Assert.True(code == 0, errors);
        Assert.Contains("500 labels new, v1", output, StringComparison.Ordinal);
        var deadline = Environment.TickCount64 + 60_000;
        while (worker.Classifier.Heads.Current.Heads.Length < 501)
        {
            Assert.True(
                Environment.TickCount64 < deadline, $"{worker.Classifier.Heads.Current.Heads.Length} heads after 60 s");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        await watching.CancelAsync();
        await watch;
        // The set before and the one after, and a few more if this machine stalls.
        Assert.InRange(sets.Count, 2, 4);
    }

    public void Dispose() => folder.Dispose();

    private async Task Create()
    {
        using var admin = new TopicAdmin(new KafkaOptions { BootstrapServers = kafka.BootstrapServers },
            NullLoggerFactory.Instance, TimeProvider.System);
        await admin.CreateAsync([new(topic, 1, 1, Compacted: true)]);
    }

    private string Write(string name, params Head[] heads)
    {
        HeadFile.Write(folder.File(name), heads);
        return folder.File(name);
    }

    /// <summary>"label version" of each line of list --json.</summary>
    private string Listed() => string.Join(',', Run(0, "list", "--json").TrimEnd().Split('\n')
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Select(one => $"{one.GetProperty("label").GetString()} {one.GetProperty("version").GetInt32()}"));

    /// <summary>
    /// Runs a command; returns what it wrote to standard output, or to standard error if it must fail.
    /// </summary>
    private string Run(int code, params string[] arguments)
    {
        var settings = new Dictionary<string, string>
        {
            ["Kafka__Topics__Heads"] = topic,
            ["Kafka__BootstrapServers"] = kafka.BootstrapServers,
        };
        if (signingKey is not null)
        {
            File.WriteAllText(folder.File("signing-key"), signingKey);
            settings["Kafka__HeadsSigningKey_FILE"] = folder.File("signing-key");
        }
        using var command = WorkerProcess.Start(settings, ["heads", .. arguments]);
        Assert.True(command.WaitForExit(TimeSpan.FromSeconds(120)) == code, command.Output + command.Errors);
        Assert.DoesNotContain("   at ", command.Errors, StringComparison.Ordinal);
        return code == 0 ? command.Output : command.Errors;
    }
}
