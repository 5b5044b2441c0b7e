using System.Text.Json;
using Worker.Core.Heads;

namespace Worker.Tests.Pipeline;

/// <summary>A stream that repeats itself gets the same results, whether or not its texts are encoded again.</summary>
public class RepeatedMessagesTests(TinyModel model)
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 60).Select(i =>
        i % 3 == 0 ? "the same offer for you" : $"{Words.Of(i)} {Words.Of(i * 31 % 5000)} where is it")];

    [Fact]
    public async Task Probabilities_are_the_same_and_new_heads_count_at_once()
    {
        var first = await Run(repeatsMb: 0);
        var second = await Run(repeatsMb: 8);
        Assert.Equal(2 * Texts.Length, first.Count);
        foreach (var (encoded, kept) in first.Zip(second))
        {
            Assert.Equal(encoded.Version, kept.Version);
            Assert.Equal(encoded.P, kept.P, 1e-6);
        }
        Assert.Equal([1, 2], second.Select(one => one.Version).Distinct());
        Assert.NotEqual(second[0].P, second[Texts.Length].P, 1e-3);
    }

    /// <summary>All texts with a head, and again with another one.</summary>
    private async Task<List<(int Version, double P)>> Run(int repeatsMb)
    {
        await using var worker = await RunningWorker.Start(model, [Head(1)], options =>
        {
            options.Window.RepeatsMb = repeatsMb;
            options.Results.Echo = "/row";
        });
        var results = Results(worker, Texts);
        // The second time every text is known.
        Assert.Equal(results, Results(worker, Texts), new Near());
        await worker.Publish(Head(2));
        while (Results(worker, [Texts[0]])[0].Version < 2)
        {
        }
        return [.. results, .. Results(worker, Texts)];
    }

    private Head Head(int version)
    {
        var random = new Random(version);
        return model.Head("a", version) with
        {
            Weights = [.. Enumerable.Range(0, 48).Select(_ => random.NextSingle() - 0.5f)],
        };
    }

    private static List<(int Version, double P)> Results(RunningWorker worker, string[] texts)
    {
        worker.Send([.. texts.Select((text, row) => JsonSerializer.Serialize(new { text, row }))]);
        return
        [
            .. worker.ReadUntil(read => read.Count(r => r.Topic == "results") >= texts.Length)
                .Where(r => r.Topic == "results").Select(RunningWorker.Json)
                .OrderBy(result => result.GetProperty("echo").GetProperty("/row").GetInt32())
                .Select(result => result.GetProperty("labels").GetProperty("a"))
                .Select(label => (label.GetProperty("version").GetInt32(), label.GetProperty("p").GetDouble())),
        ];
    }

    private sealed class Near : IEqualityComparer<(int Version, double P)>
    {
        public bool Equals((int Version, double P) x, (int Version, double P) y) =>
            x.Version == y.Version && Math.Abs(x.P - y.P) <= 1e-6;

        public int GetHashCode((int Version, double P) obj) => 0;
    }
}
