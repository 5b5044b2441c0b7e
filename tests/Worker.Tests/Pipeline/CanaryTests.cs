using System.Text;
using Confluent.Kafka;
using Worker.Core.Decisions;
using Worker.Learning.Saving;

namespace Worker.Tests.Pipeline;

/// <summary>A new version decides a share of the messages, then all of them, or none.</summary>
public sealed class CanaryTests(TinyModel model) : IDisposable
{
    private const int Messages = 200;
    private readonly TemporaryFolder folder = Repository.Temporary();

    [Fact]
    public async Task A_share_of_the_keys_gets_the_new_version_until_all_do()
    {
        await using var worker = await RunningWorker.Start(
            model, [model.Head("refund", bias: -6), model.Head("spam", bias: -6)]);
        var file = folder.File("better.jsonl");
        HeadFile.Write(file, [model.Head("spam", bias: 6)]);

        // 1. Half of the keys, each always on the same side, and every label with the version that decided it.
        Assert.Contains("spam: v1, and v2 for 50", Publish(worker, file, "--canary", "0.5"), StringComparison.Ordinal);
        await Until(() => worker.Classifier.Heads.Current.Canaries.Length == 1);
        var first = Decided(worker, "asks for the third time");
        Assert.Equal(Messages, first.Count);
        Assert.All(first, one => Assert.Equal(Place(one.Key) < 0.5 ? (2, "yes") : (1, "no"), one.Value));
        Assert.InRange(first.Values.Count(one => one.Version == 2), 60, 140);
        Assert.Equal(first, Decided(worker, "another text altogether"));

        // 2. More of them: who had the new version keeps it.
        Publish(worker, file, "--canary", "0.8");
        await Until(() => worker.Classifier.Heads.Current.Canaries is [{ Share: 0.8 }]);
        var second = Decided(worker, "and once more with feeling");
        Assert.All(first.Where(one => one.Value.Version == 2), one => Assert.Equal(one.Value, second[one.Key]));
        Assert.True(second.Values.Count(one => one.Version == 2) > first.Values.Count(one => one.Version == 2));

        // 3. Back, and then the whole way.
        Assert.Contains(
            "'spam': canary v2 is withdrawn, v1 decides all messages", Heads(worker, "rollback", "spam"),
            StringComparison.Ordinal);
        await Until(() => worker.Classifier.Heads.Current.Canaries.IsEmpty);
        Assert.All(Decided(worker, "is anybody there").Values, one => Assert.Equal((1, "no"), one));
        Publish(worker, file, "--canary", "0.01");
        await Until(() => worker.Classifier.Heads.Current.Canaries.Length == 1);
        var version = worker.Classifier.Heads.Current.Canaries[0].Head.Version;
        Publish(worker, file);
        await Until(() => worker.Classifier.Heads.Current.Find("spam")?.Version == version
            && worker.Classifier.Heads.Current.FindCanary("spam") is null);
        Assert.All(Decided(worker, "good to hear from you").Values, one => Assert.Equal((version, "yes"), one));
    }

    public void Dispose() => folder.Dispose();

    private static double Place(string key) => CanaryPlace.Of(Encoding.UTF8.GetBytes(key), []);

    /// <summary>What became of label spam for each key; the other label stays as it is.</summary>
    private static Dictionary<string, (int Version, string Decision)> Decided(RunningWorker worker, string text)
    {
        worker.Send([.. Enumerable.Range(0, Messages).Select(i => new Message<byte[]?, byte[]?>
        {
            Key = Encoding.UTF8.GetBytes($"customer-{i}"),
            Value = Encoding.UTF8.GetBytes($"{text} {Words.Of(i)}"),
        })]);
        return worker.ReadUntil(all => all.Count(record => record.Topic == "results") >= Messages)
            .Where(record => record.Topic == "results")
            .ToDictionary(record => Encoding.UTF8.GetString(record.Message.Key!), record =>
            {
                var labels = RunningWorker.Json(record).GetProperty("labels");
                Assert.Equal(1, labels.GetProperty("refund").GetProperty("version").GetInt32());
                var spam = labels.GetProperty("spam");
                return (spam.GetProperty("version").GetInt32(), spam.GetProperty("decision").GetString()!);
            }, StringComparer.Ordinal);
    }

    private static string Publish(RunningWorker worker, string file, params string[] more) =>
        Heads(worker, ["publish", file, .. more]);

    private static string Heads(RunningWorker worker, params string[] arguments)
    {
        var (code, output, errors) = WorkerProcess.Run(
            "", ["heads", .. arguments, "--bootstrap", worker.Options.Kafka.BootstrapServers]);
        Assert.True(code == 0, errors);
        return output;
    }

    private static async Task Until(Func<bool> condition)
    {
        var deadline = Environment.TickCount64 + 60_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "not within 60 s");
            await Task.Delay(20);
        }
    }
}
