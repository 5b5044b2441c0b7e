using System.Text.Json;
using Worker.Learning.Saving;

namespace Worker.Tests.Pipeline;

/// <summary>
/// Fine-tuned classifiers of one base, from their folders to decisions on Kafka: imported together, their own heads
/// published, and thresholds learned on answered texts.
/// </summary>
public class MergedCheckpointsTests(TinyModel model)
{
    private const int Answered = 1500;
    private static readonly string[] Names = ["head-only", "last-layer", "last-two-layers"];

    [Fact]
    public async Task Heads_of_merged_checkpoints_decide_on_Kafka_first_by_one_half_and_then_as_certified()
    {
        using var folder = Repository.Temporary();
        var copies = Names.Select(name => new FineTunedCopy(
            Repository.Shared("golden", "models", "merge", name), folder.File(name))).ToArray();
        string[] texts = [.. Enumerable.Range(0, Answered).Select(Text)];

        // 1. One encoder. The golden classifiers say nearly the same of every text, so they are made steeper; and moved
        //    to where one half is a bad threshold: nearly every text is then yes.
        foreach (var copy in copies)
            copy.Change("classifier.weight", weight => weight * 60);
        var medians = Medians(folder, copies, texts);
        foreach (var (copy, median) in copies.Zip(medians))
            copy.Change("classifier.bias", bias => bias - median + 4);
        var bundle = Import(folder, "bundle", copies);
        var own = HeadFile.Read(Path.Combine(bundle, "heads.jsonl"));
        Assert.Equal(Names, own.Select(head => head.Label));
        Assert.Equal("last-layer/pooled", own[1].Feature);

        // 2. People answer: a text has the label if its logit is at least 2 above the median.
        var logits = Score(bundle, texts);
        File.WriteAllLines(folder.File("answers.jsonl"), texts.Select((text, i) => JsonSerializer.Serialize(new
        {
            text,
            labels = Names.ToDictionary(name => name, name => Has(logits[i][name]) ? 1 : 0),
        })));
        var (code, said, errors) = WorkerProcess.Run(
            "", "certify", "--data", folder.File("answers.jsonl"), "--heads", bundle, "--model", bundle,
            "--out", folder.File("certified.jsonl"), "--device", "cpu");
        Assert.True(code == 0, said + errors);
        var certified = HeadFile.Read(folder.File("certified.jsonl"));
        Assert.All(certified, head => Assert.NotNull(head.Certificate));

        // 3. The worker, with the default features: first the heads as imported, then the certified ones.
        await using var worker = await RunningWorker.Start(model, own, options =>
        {
            (options.Encoder.Bundle, options.Encoder.Precision) = (bundle, "f32");
            options.Results.Echo = "/row";
        });
        var (first, second) = (texts[..200], texts[200..400]);
        var before = Results(worker, first);
        Assert.All(before, result => Assert.Equal(3, result.GetProperty("labels").EnumerateObject().Count()));
        for (var i = 0; i < first.Length; i++)
            foreach (var name in Names)
            {
                var label = before[i].GetProperty("labels").GetProperty(name);
                Assert.Equal(1, label.GetProperty("version").GetInt32());
                Assert.Equal(1 / (1 + Math.Exp(-logits[i][name])), label.GetProperty("p").GetDouble(), 1e-4);
            }
        await worker.Publish([.. certified]);
        WaitForVersion(worker, 2);
        var after = Results(worker, second);

        // 4. The same classifiers; now it is known which of their decisions are right.
        var (decided, right) = Right(before, logits[..200], isCertified: false);
        Assert.InRange((double)right / decided, 0, 0.8);
        Assert.Equal(0, Right(before, logits[..200], isCertified: true).Decided);
        (decided, right) = Right(after, logits[200..400], isCertified: true);
        Assert.InRange(decided, 60, 600);
        Assert.InRange((double)right / decided, 0.95, 1);
    }

    private static bool Has(float logit) => logit >= 6;

    /// <summary>Three words of its own for each number.</summary>
    private static string Text(int number) =>
        $"{Words.Of(number)} {Words.Of(number * 7 % 5000)} order {Words.Of(number * 13 % 4999)}";

    private static float[] Medians(TemporaryFolder folder, FineTunedCopy[] copies, string[] texts)
    {
        var logits = Score(Import(folder, "first", copies), texts);
        return [.. Names.Select(name => logits.Select(row => row[name]).Order().ElementAt(logits.Length / 2))];
    }

    private static string Import(TemporaryFolder folder, string name, FineTunedCopy[] copies)
    {
        var bundle = folder.File(name);
        var (code, said, errors) = WorkerProcess.Run(
            "", ["import", .. copies.Select(copy => copy.Folder), "--out", bundle]);
        Assert.True(code == 0, errors);
        Assert.Contains("7 layers in place of 12", said, StringComparison.Ordinal);
        return bundle;
    }

    /// <summary>What 'worker score' says of each text, by checkpoint.</summary>
    private static Dictionary<string, float>[] Score(string bundle, string[] texts)
    {
        var (code, said, errors) = WorkerProcess.Run(
            string.Concat(texts.Select(text => JsonSerializer.Serialize(new { text }) + "\n")),
            "score", "--model", bundle, "--device", "cpu");
        Assert.True(code == 0, errors);
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("logits").EnumerateObject().ToDictionary(
                one => one.Name, one => one.Value.EnumerateArray().Single().GetSingle(), StringComparer.Ordinal);
        })];
    }

    /// <summary>How many decisions there are, all or only certified ones, and how many of them are right.</summary>
    private static (int Decided, int Right) Right(
        IReadOnlyList<JsonElement> results, Dictionary<string, float>[] logits, bool isCertified)
    {
        var counted = results.Zip(logits).SelectMany(one => one.Second.Select(logit =>
            (Label: one.First.GetProperty("labels").GetProperty(logit.Key), Has: Has(logit.Value)))).Where(one =>
                one.Label.GetProperty("confidence").ValueEquals("certified"u8) || !isCertified).ToList();
        return (counted.Count, counted.Count(one =>
            one.Label.GetProperty("decision").ValueEquals(one.Has ? "yes"u8 : "no"u8)));
    }

    private static void WaitForVersion(RunningWorker worker, int version)
    {
        while (true)
        {
            var result = Results(worker, ["has the new head come"])[0];
            if (result.GetProperty("labels").EnumerateObject().All(label =>
                label.Value.GetProperty("version").GetInt32() == version))
                return;
        }
    }

    /// <summary>Sends texts and reads their results, in the same order.</summary>
    private static List<JsonElement> Results(RunningWorker worker, string[] texts)
    {
        worker.Send([.. texts.Select((text, row) => JsonSerializer.Serialize(new { text, row }))]);
        return
        [
            .. worker.ReadUntil(read => read.Count(r => r.Topic == "results") >= texts.Length)
                .Where(r => r.Topic == "results").Select(RunningWorker.Json)
                .OrderBy(result => result.GetProperty("echo").GetProperty("/row").GetInt32()),
        ];
    }
}
